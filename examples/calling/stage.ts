/** What the examples are run against: a local side with a service, roles, and programs in processes of their own. */
import { execFile, execFileSync } from 'node:child_process'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Credentials } from '@furlong/sigv4'
import { createClients, deploy, startLocal, type Local, type Target } from 'furlong'

const repository = fileURLToPath(new URL('../..', import.meta.url))

/** How a program ended. */
export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** The side, its function `books` and its roles `reader` and `ci`. */
export interface Stage {
  readonly local: Local
  readonly target: Target
  /** A folder that is taken away at the end. */
  readonly folder: string
  readonly booksUrl: string
  roleArn(name: string): string
  /** A session of a role, as STS hands it out. */
  assumeRole(name: string): Promise<Credentials & { readonly expiration: Date }>
  /** Runs an example with nothing of this process's environment that could lend it credentials. */
  run(file: string, env: Readonly<Record<string, string>>): Promise<Ended>
  close(): Promise<void>
}

/** The path of an example. */
export const fileOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

const programs: Readonly<Record<string, (file: string) => readonly [string, ...string[]]>> = {
  ts: (file) => ['node', file],
  py: (file) => ['python3', file],
  // Node's own end of a pipe is a socket, which cannot be opened as /dev/stdout.
  sh: (file) => ['bash', '-c', 'set -o pipefail; sh -eu "$0" | cat', file],
}

export async function startStage(): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'furlong-calling-'))
  const before = process.env['XDG_RUNTIME_DIR']
  process.env['XDG_RUNTIME_DIR'] = folder
  const local = await startLocal({ memory: true, announce: true })
  const close = async (): Promise<void> => {
    await local.close()
    if (before === undefined) delete process.env['XDG_RUNTIME_DIR']
    else process.env['XDG_RUNTIME_DIR'] = before
    await rm(folder, { recursive: true, force: true })
  }
  return furnish(local, folder, close).catch(async (error) => {
    await close()
    throw error
  })
}

async function furnish(local: Local, folder: string, close: () => Promise<void>): Promise<Stage> {
  const { endpoint, region } = local
  const target: Target = { kind: 'local', endpoint, region, credentials: local.accounts[0]! }
  const { accountId, userArn } = local.accounts[0]!
  const roleArn = (name: string): string => `arn:aws:iam::${accountId}:role/${name}`
  const clients = createClients(target)
  const books = await deploy(target, { entry: fileOf('books.ts'), name: 'books' })
  const iam = await clients.iam()
  const trust = { Effect: 'Allow', Principal: { AWS: userArn }, Action: 'sts:AssumeRole' }
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [trust] })
  for (const RoleName of ['reader', 'ci', 'distribution']) {
    await iam.createRole({ RoleName, AssumeRolePolicyDocument })
  }
  await createShim(folder)
  const path = [folder, dirname(process.execPath), process.env['PATH']].join(delimiter)
  return {
    local,
    target,
    folder,
    booksUrl: books.url!.url,
    roleArn,
    async assumeRole(name) {
      const sts = await clients.sts()
      const { Credentials: made } = await sts.assumeRole({ RoleArn: roleArn(name), RoleSessionName: 'test' })
      return {
        accessKeyId: made!.AccessKeyId!,
        secretAccessKey: made!.SecretAccessKey!,
        sessionToken: made!.SessionToken!,
        expiration: made!.Expiration!,
      }
    },
    run(file, env) {
      const [program, ...words] = programs[file.split('.').at(-1)!]!(fileOf(file))
      const bare = { PATH: path, HOME: folder, XDG_RUNTIME_DIR: folder, AWS_PAGER: '', NO_COLOR: '1' }
      // Lines of a shell name files of their own folder; the rest finds its packages from anywhere.
      const options = {
        cwd: file.endsWith('.sh') ? fileOf('.') : repository,
        env: { ...bare, BOOKS_URL: books.url!.url, ...env },
        timeout: 25_000,
      }
      return new Promise((resolve) => {
        execFile(program, words, options, (error, stdout, stderr) => {
          const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1
          resolve({ code, stdout: stdout.trim(), stderr: stderr.trim() })
        })
      })
    },
    close,
  }
}

/** `npx furlong` as it is built. */
async function createShim(folder: string): Promise<void> {
  const program = join(repository, 'packages/furlong/bin/furlong.js')
  await writeFile(join(folder, 'npx'), `#!/bin/sh\nshift\nexec '${process.execPath}' '${program}' "$@"\n`)
  await chmod(join(folder, 'npx'), 0o755)
}

/**
 * Tells whether a program is there to run an example with.
 * @returns false, or what is missing, for the reason of a skipped test
 */
export function findMissing(program: string, ...words: string[]): string | false {
  try {
    execFileSync(program, words, { stdio: 'ignore' })
    return false
  } catch {
    return [program, ...words].join(' ')
  }
}

/** An AWS CLI that knows the second permission. */
export const noAws: string | false = findMissing(
  'sh',
  '-c',
  'aws lambda add-permission help | grep -q invoked-via-function-url',
)

/** The keys of a session as environment variables. */
export function keysOf({
  accessKeyId,
  secretAccessKey,
  sessionToken = '',
}: Credentials): Record<string, string> {
  return {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  }
}
