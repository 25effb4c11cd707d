import { describe, expect, it } from 'vitest'
import type { FurlongConfig } from './config.ts'
import type { LoadedConfig } from './load-config.ts'
import { completeSetup, createSetup } from './setup.ts'

const loaded = (config: FurlongConfig): LoadedConfig => ({ path: '/shop/furlong.config.ts', config })

describe('createSetup()', () => {
  it('starts a configuration’s entry from its folder, and an argument’s from where it was said', () => {
    const config = loaded({ entry: 'src/books.ts' })
    expect(createSetup({ config, cwd: '/home' })).toMatchObject({
      entry: '/shop/src/books.ts',
      functionName: 'books',
    })
    expect(createSetup({ config, cwd: '/home', entry: 'other.ts' }).entry).toBe('/home/other.ts')
  })

  it('lets what is said beside the configuration count more', () => {
    const config = loaded({
      entry: 'app.ts',
      name: 'books',
      memorySizeMb: 256,
      timeoutSeconds: 5,
      role: { managedPolicies: ['ReadOnlyAccess'] },
      environment: { TABLE: 'books', STAGE: 'dev' },
      url: { authType: 'NONE', invokeMode: 'RESPONSE_STREAM', cors: [] },
      alias: 'dev',
      grants: [{ to: 'checkout' }],
      sdk: 'external',
    })
    const setup = createSetup({
      config,
      memorySizeMb: 1024,
      role: 'shared',
      environment: { STAGE: 'live' },
      public: false,
      stream: false,
      alias: 'live',
      grants: ['444455556666'],
      sdk: 'bundled',
    })
    expect(setup).toEqual({
      functionName: 'books',
      entry: '/shop/app.ts',
      memorySizeMb: 1024,
      timeoutSeconds: 5,
      role: { kind: 'named', role: 'shared' },
      environment: { TABLE: 'books', STAGE: 'live', FURLONG_INVOKE_MODE: 'BUFFERED' },
      tags: {},
      url: { authType: 'AWS_IAM', invokeMode: 'BUFFERED', cors: {} },
      alias: 'live',
      grants: [
        { kind: 'name', name: 'checkout' },
        { kind: 'account', account: '444455556666' },
      ],
      listsAllGrants: true,
      sdk: 'bundled',
    })
  })

  it('says nothing of a URL where nothing was said, and leaves it out where it is not wanted', () => {
    expect(createSetup({ entry: '/a/app.ts' })).toMatchObject({
      url: {},
      environment: {},
      listsAllGrants: false,
    })
    expect(createSetup({ config: loaded({ entry: 'app.ts', url: false }) })).not.toHaveProperty('url')
  })

  it.each([
    [{}, 'EntryNotFound'],
    [{ entry: 'app.ts', name: 'my books' }, 'InvalidFunctionName'],
    [{ entry: 'app.ts', alias: '1' }, 'InvalidAlias'],
    [{ entry: 'app.ts', environment: { X: '1' } }, 'InvalidVariableName'],
    [{ entry: 'app.ts', grants: ['no caller'] }, 'PrincipalNotFound'],
  ])('refuses %j with %s', (options, code) => {
    expect(() => createSetup(options)).toThrow(expect.objectContaining({ code }))
  })
})

describe('completeSetup()', () => {
  const code = { kind: 'javascript', handler: 'index.handler', runtime: 'nodejs24.x' } as const

  it('fills in what a new function gets', () => {
    expect(completeSetup(createSetup({ entry: '/shop/books.ts' }), code)).toMatchObject({
      runtime: 'nodejs24.x',
      handler: 'index.handler',
      timeoutSeconds: 30,
      memorySizeMb: 512,
      environment: { NODE_OPTIONS: '--enable-source-maps' },
      role: {
        kind: 'own',
        roleName: 'books-role',
        managedPolicies: ['service-role/AWSLambdaBasicExecutionRole'],
        policies: {},
      },
      url: { authType: 'AWS_IAM', invokeMode: 'BUFFERED' },
    })
  })

  it('keeps what was said', () => {
    const config = loaded({
      entry: 'app.py',
      timeoutSeconds: 3,
      environment: { NODE_OPTIONS: '' },
      url: { authType: 'NONE' },
    })
    const complete = completeSetup(createSetup({ config }), {
      kind: 'python',
      handler: 'app.h',
      runtime: 'python3.13',
    })
    expect(complete).toMatchObject({ timeoutSeconds: 3, environment: { NODE_OPTIONS: '' } })
    expect(complete.url?.authType).toBe('NONE')
  })

  it('refuses a zip of which nobody says the handler', () => {
    expect(() => completeSetup(createSetup({ entry: '/shop/books.zip' }), { kind: 'zip' })).toThrow(
      expect.objectContaining({ code: 'BundleFailed' }),
    )
  })
})
