import { peoplePage } from '../people/people-page.js';
import { emailOf, PEOPLE } from './people.js';

/** The page on which the person is chosen. The form posts to `action`; nothing on the page is input. */
export function loginPage(action: string): string {
  return peoplePage({
    title: 'Local demo sign-in',
    introduction:
      'This identity provider runs on your machine for trying Gatehouse out. These people are made up and have no passwords. Who are you?',
    action,
    people: PEOPLE.map((person) => ({
      id: person.id,
      name: person.name,
      duty: person.duty,
      detail: emailOf(person),
    })),
    canCancel: false,
    colours: { page: '#f0f4f5', border: '#4c6272' },
  });
}
