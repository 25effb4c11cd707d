/** Set-ups as `furlong.config.ts` describes them; together they hold every kind of resource, caller and member. */
import type { FurlongConfig } from '@furlong/aws'

export const cases: Readonly<Record<string, FurlongConfig>> = {
  'signed callers alone': { name: 'books' },
  'without a URL': { name: 'books', url: false },
  'open to everybody': { name: 'books', url: { authType: 'NONE' } },
  'open to everybody, at an alias': { name: 'books', alias: 'live', url: { authType: 'NONE' } },
  'a role, a user, an account': {
    name: 'books',
    grants: [
      { to: 'role/reader' },
      { to: { user: 'ann' } },
      { to: '444455556666' },
      { to: 'arn:aws:iam::444455556666:role/team/reader' },
      { to: 'arn:aws:sts::444455556666:assumed-role/writer/ann' },
    ],
  },
  'functions, known when the stack is made': {
    name: 'books',
    grants: [{ to: { function: 'my-checkout' } }, { to: 'shop' }],
  },
  'CloudFront for one distribution': {
    name: 'books',
    grants: [{ to: 'arn:aws:cloudfront::111122223333:distribution/E2EXAMPLE' }],
  },
  'streams from an alias to pages of two origins': {
    name: 'books',
    alias: 'live',
    url: {
      invokeMode: 'RESPONSE_STREAM',
      cors: ['https://app.example', 'https://admin.example'],
    },
    grants: [{ to: 'role/reader' }],
  },
  'every member of CORS': {
    name: 'books',
    url: {
      cors: {
        allowCredentials: true,
        allowHeaders: ['authorization', 'x-amz-date'],
        allowMethods: ['GET', 'DELETE'],
        allowOrigins: ['https://app.example'],
        exposeHeaders: ['date'],
        maxAgeSeconds: 3600,
      },
    },
  },
  'another processor, runtime, size, variables and tags': {
    name: 'Books_2',
    runtime: 'python3.13',
    handler: 'app.handler',
    architecture: 'arm64',
    memorySizeMb: 10_240,
    timeoutSeconds: 900,
    environment: { TITLE: "it's `${here}` \\ \"now\"\nand 'there'", DEBUG: 'on' },
    tags: { team: 'library', 'cost:centre': '0123' },
  },
  'a role of its own with policies': {
    name: 'books',
    role: {
      managedPolicies: ['AmazonDynamoDBReadOnlyAccess', 'arn:aws:iam::111122223333:policy/own'],
      policies: {
        read: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Action: ['s3:GetObject', 's3:ListBucket'],
              Resource: ['arn:aws:s3:::books', 'arn:aws:s3:::books/*'],
            },
          ],
        },
      },
    },
  },
  'a role that is there, by name': { name: 'books', role: 'books-runner' },
  'a role that is there, by ARN': { name: 'books', role: 'arn:aws:iam::111122223333:role/team/runner' },
}
