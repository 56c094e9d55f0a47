// The rules of the repository, with the packages of this folder in sight. The lint of the root leaves it out, since these
// packages are installed by tools/check/aws.mjs alone.
import config, { AWS_FOLDER } from '../../eslint.config.js';

const withoutIgnore = config.map((part) =>
  part.ignores?.includes(AWS_FOLDER)
    ? { ...part, ignores: part.ignores.filter((pattern) => pattern !== AWS_FOLDER) }
    : part,
);

export default [
  ...withoutIgnore,
  {
    // A template is JSON of a shape that only CloudFormation knows.
    files: ['infra/aws/test/**/*.ts', 'test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
];
