/** The first request of a client, to be pasted into a shell. Reference data: it names no patient and changes nothing. */

export const FIRST_INTERACTION = 'A004';
const PATH = '/FHIR/STU3/CodeSystem/SPECIALTY';
/** Stands for an address that nobody has set. */
export const UNKNOWN_ADDRESS = 'https://gatehouse.example';

export interface FirstRequest {
  /** Where clients reach Gatehouse. */
  readonly address: string;
  /** Null: it is not known any more, so the shell must have it in GATEHOUSE_KEY. */
  readonly key: string | null;
  /** What chooses the application, where the client has grants for several. */
  readonly headers: Readonly<Record<string, string>>;
}

export const SNIPPETS: Readonly<Record<string, (request: FirstRequest) => string>> = {
  curl: curlLine,
  Node: nodeSnippet,
  Java: javaSnippet,
};

const inShell = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

const keyLine = ({ key }: FirstRequest): string =>
  key === null ? '' : `export GATEHOUSE_KEY=${inShell(key)}\n`;

const addressOf = ({ address }: FirstRequest): string => `${address}${PATH}`;

function curlLine(request: FirstRequest): string {
  const headers = Object.entries(request.headers).map(
    ([name, value]) => ` \\\n  -H ${inShell(`${name}: ${value}`)}`,
  );
  return `${keyLine(request)}curl -i ${inShell(addressOf(request))} \\
  -H "Authorization: Bearer $GATEHOUSE_KEY"${headers.join('')}`;
}

function nodeSnippet(request: FirstRequest): string {
  const headers = Object.entries(request.headers).map(
    ([name, value]) => `\n    ${JSON.stringify(name)}: ${JSON.stringify(value)},`,
  );
  return `${keyLine(request)}node --input-type=module <<'END'
const answer = await fetch(${JSON.stringify(addressOf(request))}, {
  headers: {
    Authorization: \`Bearer \${process.env.GATEHOUSE_KEY}\`,${headers.join('')}
  },
});
console.log(answer.status, await answer.text());
END`;
}

function javaSnippet(request: FirstRequest): string {
  const headers = Object.entries(request.headers).map(
    ([name, value]) => `\n        .header(${JSON.stringify(name)}, ${JSON.stringify(value)})`,
  );
  return `${keyLine(request)}cat > FirstRequest.java <<'END'
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;

public class FirstRequest {
  public static void main(String[] args) throws Exception {
    var request = HttpRequest.newBuilder(URI.create(${JSON.stringify(addressOf(request))}))
        .header("Authorization", "Bearer " + System.getenv("GATEHOUSE_KEY"))${headers.join('')}
        .build();
    var answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
    System.out.println(answer.statusCode() + " " + answer.body());
  }
}
END
java FirstRequest.java`;
}
