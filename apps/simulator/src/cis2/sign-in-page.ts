import { peoplePage } from '../people/people-page.js';
import { nameOf, type Person } from '../people/person.js';

/** The page on which a healthcare worker is chosen, in place of a smartcard. The form posts to `action`. */
export function signInPage(action: string, clientId: string, people: readonly Person[]): string {
  return peoplePage({
    title: 'Care Identity sign-in (simulated)',
    introduction: `This stands in for NHS CIS2 on your machine. These healthcare workers are made up and have no smartcards. Who is signing in to ${clientId}?`,
    action,
    people: people.map((person) => ({
      id: person.userId,
      name: nameOf(person),
      duty: person.duty,
      detail: person.userId,
    })),
    canCancel: true,
    colours: { page: '#e8edee', border: '#005eb8' },
  });
}
