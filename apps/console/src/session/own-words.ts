/** Words in place of react-admin’s, by its keys. The name is that of a saved filter. */
export const WORDS: Readonly<Record<string, (name: string) => string>> = {
  'ra.saved_queries.new_label': () => 'Save this filter',
  'ra.saved_queries.new_dialog_title': () => 'Save this filter',
  'ra.saved_queries.query_name': () => 'Name of the filter',
  'ra.saved_queries.remove_label_with_name': (name) => `Remove the saved filter “${name}”`,
  'ra.saved_queries.remove_dialog_title': () => 'Remove the saved filter?',
  'ra.saved_queries.remove_message': () => 'The list stays as it is. Only the saved filter is removed.',
  'ra.page.not_found': () => 'Page not found',
  'ra.message.not_found': () =>
    'If you typed the web address, check that it is correct. If you followed a link, what it led to no longer exists',
  'ra.page.access_denied': () => 'You may not open this page',
  'ra.message.access_denied': () =>
    'None of your roles allows it. An administrator can assign you one that does.',
};
