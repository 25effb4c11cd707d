import { describe, expect, it } from 'vitest'
import { AwsError } from '../errors.ts'
import { defineConfig } from './config.ts'
import { parseConfig } from './parse-config.ts'

function refuse(input: unknown): string {
  try {
    parseConfig(input, 'furlong.config.ts')
  } catch (error) {
    if (error instanceof AwsError && error.code === 'ConfigInvalid') return error.message
    throw error
  }
  throw new Error('it was taken')
}

describe('parseConfig()', () => {
  it('takes every member there is', () => {
    const config = defineConfig({
      entry: 'app.ts',
      name: 'books',
      runtime: 'nodejs24.x',
      handler: 'index.handler',
      memorySizeMb: 10_240,
      timeoutSeconds: 1,
      environment: { TABLE: 'books', EMPTY: '' },
      tags: { team: 'shop', note: '' },
      role: {
        managedPolicies: ['AmazonDynamoDBReadOnlyAccess', 'arn:aws:iam::111122223333:policy/app/read'],
        policies: {
          'read-table': {
            Version: '2012-10-17',
            Statement: [{ Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: '*' }],
          },
        },
      },
      url: {
        authType: 'AWS_IAM',
        invokeMode: 'RESPONSE_STREAM',
        cors: { allowOrigins: ['*'], allowMethods: ['GET', 'DELETE'], maxAgeSeconds: 86_400 },
      },
      alias: 'live',
      grants: [
        { to: 'checkout' },
        { to: { role: 'arn:aws:iam::444455556666:role/reader' } },
        { to: { user: 'ann' } },
        { to: { session: 'arn:aws:sts::444455556666:assumed-role/reader/ann' } },
        { to: { account: '012345678901' } },
        { to: { function: 'checkout' } },
        {
          to: {
            service: 'cloudfront.amazonaws.com',
            sourceArn: 'arn:aws:cloudfront::111122223333:distribution/E1ABC',
          },
        },
      ],
      sdk: 'external',
    })
    expect(parseConfig(config, 'furlong.config.ts')).toEqual(config)
  })

  it.each<readonly [unknown, string]>([
    [undefined, 'the default export is no object: defineConfig({ … }) is wanted.'],
    [{ timeoutSeconds: 901 }, 'timeoutSeconds is 901: a whole number of seconds from 1 to 900 is wanted.'],
    [{ memorySizeMb: 64 }, 'memorySizeMb is 64: a whole number of MB from 128 to 10240 is wanted.'],
    [{ memorySizeMb: '512' }, 'memorySizeMb is "512": a whole number of MB from 128 to 10240 is wanted.'],
    [{ name: 'a'.repeat(65) }, 'name has 65 characters: at most 64 are allowed.'],
    [{ name: 'my books' }, 'name is "my books": a name of [a-zA-Z0-9-_] is wanted.'],
    [{ handler: `index.${'a'.repeat(123)}` }, 'handler has 129 characters: at most 128 are allowed.'],
    [{ memroy: 1 }, 'memroy is not known: entry, name, runtime, architecture, handler, memorySizeMb,'],
    [{ environment: { TABLE: undefined } }, 'environment.TABLE is undefined: a text is wanted.'],
    [{ environment: { A: 'x' } }, 'environment: the name \'A\' is "A": a name that matches'],
    [{ url: { authType: 'IAM' } }, 'url.authType is "IAM": one of "AWS_IAM", "NONE" is wanted.'],
    [{ url: true }, 'url is true: an object is wanted.'],
    [
      { url: { cors: ['app.example'] } },
      'url.cors[0] is "app.example": an origin such as https://app.example',
    ],
    [
      { url: { cors: { allowMethods: ['OPTIONS'] } } },
      'url.cors.allowMethods[0] has 7 characters: at most 6 are allowed.',
    ],
    [
      { url: { cors: { allowOrigins: Array.from({ length: 101 }, () => '*') } } },
      'url.cors.allowOrigins has 101 items: at most 100 are allowed.',
    ],
    [{ alias: '7' }, 'alias is "7": a name of 1 to 128 of [a-zA-Z0-9-_] that is no number is wanted.'],
    [{ grants: [{}] }, 'grants[0].to is missing.'],
    [{ grants: [{ to: 12 }] }, 'grants[0].to is 12: a caller: a text, or an object with role, user,'],
    [{ grants: [{ to: { role: 'a', user: 'b' } }] }, 'grants[0].to must have one of role, user, session,'],
    [{ grants: [{ to: { account: '123' } }] }, "grants[0].to is refused. '123' names no account."],
    [{ grants: [{ to: { service: 'cloudfront.amazonaws.com' } }] }, 'grants[0].to.sourceArn is missing.'],
    [
      { grants: [{ to: 'lambda.amazonaws.com' }] },
      'grants[0].to is refused. A grant to lambda.amazonaws.com',
    ],
    [
      { role: { policies: { own: { Statement: [{ Effect: 'Maybe' }] } } } },
      'role.policies.own is no policy document: ',
    ],
    [{ sdk: true }, 'sdk is true: one of "bundled", "external" is wanted.'],
  ])('refuses %j', (input, says) => {
    expect(refuse(input)).toContain(`furlong.config.ts is not valid:\n${says}`)
  })

  it('names every member that is wrong', () => {
    expect(refuse({ timeoutSeconds: 0, alias: '' }).split('\n')).toHaveLength(3)
  })

  it('shows no value of the environment', () => {
    expect(refuse({ environment: { PIN: 4711 } })).toContain('environment.PIN is number: a text is wanted.')
  })

  it('takes a member that is undefined for one that was not said', () => {
    expect(parseConfig({ alias: undefined, url: { cors: undefined } }, 'x')).toEqual({ url: {} })
  })
})
