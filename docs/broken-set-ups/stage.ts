/** A local side with a function `books` that has a URL, and a role `reader` that is to call it: each set-up breaks it in its own way. */
import { execFile } from 'node:child_process'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, delimiter } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createClients, type Clients, trustPolicy } from '@furlong/aws'
import { startLocal, type Local } from '@furlong/local'
import { type SideStatus, sidesFolder, writeSide } from '@furlong/local/sides'
import { strToU8, zipSync } from 'fflate'
import { askSide } from '../../conform/side-process.ts'
import { Place } from '../../packages/furlong/src/testing/program.ts'

const program = fileURLToPath(new URL('../../packages/furlong/bin/furlong.js', import.meta.url))

/** What a line of a shell wrote, and how it ended. */
export interface Said {
  readonly code: number
  readonly out: string
  readonly err: string
}

export const readerArn = 'arn:aws:iam::111122223333:role/reader'
export const booksArn = 'arn:aws:lambda:us-east-1:111122223333:function:books'

/** One statement, as AddPermission takes it. */
interface Statement {
  readonly Action: string
  readonly FunctionUrlAuthType?: 'AWS_IAM' | 'NONE'
  readonly InvokedViaFunctionUrl?: true
}

/** Both statements a URL needs. */
export const statements: Readonly<Record<'url' | 'invoke', Statement>> = {
  url: { Action: 'lambda:InvokeFunctionUrl', FunctionUrlAuthType: 'AWS_IAM' },
  invoke: { Action: 'lambda:InvokeFunction', InvokedViaFunctionUrl: true },
}

/** One side, and the shells that work on it. */
export class Stage {
  readonly local: Local
  /** Of the account of `books`. */
  readonly clients: Clients
  /** Of the other account. */
  readonly others: Clients
  /** How much the side's clock is ahead of the machine's. */
  readonly clock: { aheadMs: number }
  readonly #place: Place
  readonly #env: Readonly<Record<string, string>>

  private constructor(
    local: Local,
    place: Place,
    env: Readonly<Record<string, string>>,
    clock: Stage['clock'],
  ) {
    this.local = local
    this.#place = place
    this.#env = env
    this.clock = clock
    const [own, other] = local.accounts
    const { endpoint, region } = local
    if (own === undefined || other === undefined) throw new Error('a side has two accounts')
    this.clients = createClients({ kind: 'local', endpoint, region, credentials: own })
    this.others = createClients({ kind: 'local', endpoint, region, credentials: other })
  }

  static async open(): Promise<Stage> {
    const clock = { aheadMs: 0 }
    const local = await startLocal({ memory: true, now: () => new Date(Date.now() + clock.aheadMs) })
    const place = await Place.make()
    await writeSide(local.side, sidesFolder(place.env))
    const bin = join(place.folder, 'bin')
    await mkdir(bin)
    await writeFile(join(bin, 'npx'), `#!/bin/sh\nshift\nexec '${process.execPath}' '${program}' "$@"\n`)
    await chmod(join(bin, 'npx'), 0o755)
    const env = {
      ...place.env,
      PATH: [bin, dirname(process.execPath), place.env['PATH']].join(delimiter),
      AWS_PAGER: '',
      FURLONG_ENDPOINT: local.endpoint,
    }
    const stage = new Stage(local, place, env, clock)
    await stage.createRole('reader')
    await stage.createRole('books')
    await stage.createFunction()
    return stage
  }

  async createRole(RoleName: string, clients: Clients = this.clients): Promise<void> {
    await (await clients.iam()).createRole({ RoleName, AssumeRolePolicyDocument: trustPolicy })
  }

  /** Makes `books`, with a URL that takes signed calls. */
  async createFunction(): Promise<void> {
    const lambda = await this.clients.lambda()
    await lambda.createFunction({
      FunctionName: 'books',
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: 'arn:aws:iam::111122223333:role/books',
      Code: {
        ZipFile: zipSync({ 'index.mjs': strToU8("export const handler = async () => 'page 1\\n'\n") }),
      },
    })
    await lambda.createFunctionUrlConfig({ FunctionName: 'books', AuthType: 'AWS_IAM' })
  }

  /** Adds statements to the policy of `books`, for the reader unless another is named. */
  async permit(
    wanted: readonly Statement[],
    { principal = readerArn }: { principal?: string } = {},
  ): Promise<void> {
    const lambda = await this.clients.lambda()
    for (const statement of wanted) {
      await lambda.addPermission({
        FunctionName: 'books',
        StatementId: statement.Action.slice('lambda:'.length),
        Principal: principal,
        ...statement,
      })
    }
  }

  /** @returns the URL of `books` */
  async readUrl(): Promise<string> {
    const lambda = await this.clients.lambda()
    return (await lambda.getFunctionUrlConfig({ FunctionName: 'books' })).FunctionUrl ?? ''
  }

  /** @returns the same as AWS would write it */
  async readAwsUrl(): Promise<string> {
    const { port } = new URL(await this.readUrl())
    const { urls } = await askSide<SideStatus>(this.local.side, 'status')
    return urls.find((url) => String(url.port) === port)?.awsUrl ?? ''
  }

  /** @returns the variables of a shell that has a session of the reader, whose requests go to this side all the same */
  createSession(): Record<string, string> {
    const { accessKeyId, secretAccessKey, sessionToken } = this.local.mintSession(readerArn)
    return {
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
      FURLONG_ENDPOINT: '',
    }
  }

  /** @param line what a user types, in a shell with the keys of the account of `books` */
  type(line: string, variables: Readonly<Record<string, string>> = {}): Promise<Said> {
    const env = { ...this.#env, ...this.local.environment(), ...variables }
    return new Promise((done) => {
      execFile('bash', ['-c', line], { cwd: this.#place.folder, env, timeout: 60_000 }, (error, out, err) =>
        done({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, out, err }),
      )
    })
  }

  async close(): Promise<void> {
    await this.local.close()
    await this.#place.close()
  }
}
