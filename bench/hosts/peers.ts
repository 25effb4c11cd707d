/** The peers, in a manifest of the benchmarks' own: no package of this repository depends on them. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { HostContext, HostEvent } from './events.ts'
import type { StreamHandler } from './sink.ts'

/** A handler that gives its answer back. */
export type Handler = (event: HostEvent, context: HostContext) => Promise<unknown>

type Fetch = (request: Request) => Promise<Response>

/** What of each peer is used. */
interface Peers {
  readonly 'srvx/aws-lambda': {
    readonly toLambdaHandler: (app: { readonly fetch: Fetch }) => Handler
    readonly handleLambdaEventWithStream: (
      fetch: Fetch,
      ...rest: Parameters<StreamHandler>
    ) => ReturnType<StreamHandler>
  }
  readonly 'serverless-http': {
    readonly default: (app: unknown, options: { readonly binary: readonly string[] }) => Handler
  }
  readonly '@codegenie/serverless-express': {
    readonly default: { readonly configure: (options: { readonly app: unknown }) => Handler }
  }
  readonly '@fastify/aws-lambda': {
    readonly default: (
      app: unknown,
      options: { readonly binaryMimeTypes?: readonly string[]; readonly payloadAsStream?: boolean },
    ) => Handler
  }
  readonly '@h4ad/serverless-adapter': {
    readonly ServerlessAdapter: { readonly new: (app: unknown) => Builder }
  }
  readonly '@h4ad/serverless-adapter/adapters/aws': { readonly ApiGatewayV2Adapter: new () => object }
  readonly '@h4ad/serverless-adapter/frameworks/express': { readonly ExpressFramework: new () => object }
  readonly '@h4ad/serverless-adapter/handlers/aws': { readonly AwsStreamHandler: new () => object }
  readonly '@h4ad/serverless-adapter/resolvers/dummy': { readonly DummyResolver: new () => object }
  readonly '@aws-lambda-powertools/event-handler/http': {
    readonly Router: new () => Router
    readonly streamify: (router: Router) => StreamHandler
  }
}

interface Builder {
  setFramework(framework: object): this
  setHandler(handler: object): this
  setResolver(resolver: object): this
  addAdapter(adapter: object): this
  build(): StreamHandler
}

type Route = (request: { readonly req: Request }) => unknown

/** Powertools' own router. */
export interface Router {
  get(path: string, route: Route): void
  post(path: string, route: Route): void
}

const folder = fileURLToPath(new URL('..', import.meta.url))
/** One that is there once all of them are. */
const witness = join(folder, 'node_modules', 'srvx')

/**
 * Installs the peers when they are missing, from the lock file beside their manifest.
 * @throws Error when they cannot be installed
 */
export async function installPeers(): Promise<void> {
  if (existsSync(witness)) return
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  await promisify(execFile)('npm', ['ci', '--prefix', folder, ...options])
}

/** @returns a peer's module; by a name that is put together, since compilers need not have it */
export async function loadPeer<Name extends keyof Peers>(name: Name): Promise<Peers[Name]> {
  return (await import(name as string)) as Peers[Name]
}
