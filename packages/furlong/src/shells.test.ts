import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { applyChange, createClientChange, createClientUndo } from './client-change.ts'
import { guessShell, shells } from './shells.ts'

const change = {
  set: { A: 'it\'s $HOME `x` \\ "q"', B: 'plain' },
  unset: ['AWS_PROFILE', 'AWS_SESSION_TOKEN'],
}

describe('shells', () => {
  it('writes lines that a POSIX shell reads back unchanged', () => {
    const script = `${shells.bash(change).join('\n')}\nprintf '%s|%s|%s' "$A" "$B" "\${AWS_PROFILE-unset}"`
    const env = { PATH: process.env['PATH'], AWS_PROFILE: 'work' }
    expect(execFileSync('sh', ['-c', script], { env, encoding: 'utf8' })).toBe(`${change.set.A}|plain|unset`)
  })

  it('writes fish, PowerShell, dotenv and JSON', () => {
    expect(shells.fish({ set: { A: "it's \\" }, unset: ['X'] })).toEqual([
      'set -e X;',
      "set -gx A 'it\\'s \\\\';",
    ])
    expect(shells.powershell({ set: { A: "it's" }, unset: ['X'] })).toEqual([
      'Remove-Item Env:X -ErrorAction SilentlyContinue',
      "$Env:A = 'it''s'",
    ])
    expect(shells.dotenv({ set: { A: 'a"b$c' }, unset: ['X'] })).toEqual([
      '# must not be set: X',
      'A="a\\"b\\$c"',
    ])
    expect(JSON.parse(shells.json(change).join('\n'))).toEqual(change)
  })

  it('guesses fish by its path, and a POSIX shell otherwise', () => {
    expect(guessShell('/usr/bin/fish')).toBe('fish')
    expect(guessShell('/bin/zsh')).toBe('bash')
    expect(guessShell(undefined)).toBe('bash')
  })
})

describe('createClientUndo()', () => {
  it('unsets everything that was set, and restores nothing it does not know', () => {
    const account = { accountId: '1', userArn: '', accessKeyId: 'AKIA', secretAccessKey: 'secret' }
    const { set } = createClientChange({ endpoint: 'http://127.0.0.1:9311', region: 'us-east-1' }, account)
    const undo = createClientUndo()
    expect(undo.set).toEqual({})
    expect(Object.keys(applyChange({ HOME: '/h', ...set }, undo))).toEqual(['HOME'])
  })
})

describe('createClientChange()', () => {
  const account = { accountId: '1', userArn: '', accessKeyId: 'AKIA', secretAccessKey: 'secret' }
  const made = createClientChange(
    { endpoint: 'http://127.0.0.1:9311', region: 'us-east-1' },
    account,
    'eu-west-1',
  )

  it('sets the endpoints of three services, the region and the keys, and never the global endpoint', () => {
    expect(made.set).toMatchObject({
      AWS_ENDPOINT_URL_LAMBDA: 'http://127.0.0.1:9311',
      AWS_ENDPOINT_URL_IAM: 'http://127.0.0.1:9311',
      AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:9311',
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'AKIA',
      FURLONG_ENDPOINT: 'http://127.0.0.1:9311',
    })
    expect(made.set).not.toHaveProperty('AWS_ENDPOINT_URL')
  })

  it('takes profile and stale token out of an environment', () => {
    expect(made.unset).toEqual(['AWS_PROFILE', 'AWS_DEFAULT_PROFILE', 'AWS_SESSION_TOKEN'])
    const env = applyChange({ HOME: '/h', AWS_PROFILE: 'work', AWS_SESSION_TOKEN: 'old' }, made)
    expect(env).toMatchObject({ HOME: '/h', AWS_REGION: 'eu-west-1' })
    expect(env).not.toHaveProperty('AWS_PROFILE')
    expect(env).not.toHaveProperty('AWS_SESSION_TOKEN')
  })
})
