import { existsSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { BuildOptions, BuildResult, Metafile } from 'esbuild'
import { AwsError } from '../errors.ts'
import type { BundleFile } from './archive.ts'
import { toBuildError } from './build-error.ts'
import { optionalPeers } from './optional-peers.ts'

/** What the entry offers: a Lambda handler, a default export to be hosted, or CommonJS, which only shows at run time. */
type EntryShape = 'handler' | 'default' | 'commonjs'

/** An entry that was looked at, ready to be built once or again and again. */
export interface JavaScriptPlan {
  readonly shape: EntryShape
  /** The handler in Lambda's form. */
  readonly handler: string
  /** Turns what esbuild throws into the coded error. */
  toError(error: unknown): Error
  readonly buildOptions: BuildOptions & { readonly write: false; readonly metafile: true }
}

/** How an entry is to be planned. */
export interface JavaScriptOptions {
  /** Export that is the handler; default `handler`. */
  readonly exportName?: string
  /** Path of `@furlong/host` when the entry's project may lack it. */
  readonly hostModule?: string
  /** Folder that paths of errors are told from; default the entry's. */
  readonly cwd?: string
  /** Whether the source map names the sources by where they lie on this machine, for stacks and debuggers; default false. */
  readonly development?: boolean
  /** Whether the AWS SDK is bundled (the default), or imported from the runtime. */
  readonly sdk?: 'bundled' | 'external'
}

/** What a nodejs runtime brings along. @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html */
const sdkPackages = ['@aws-sdk/*', '@smithy/*']

/** Node's version on Lambda that the syntax is lowered to. */
const target = 'node22'

// Dependencies written as CommonJS call require(), which an ES module does not have. Written on one line, so that
// a stack without its source map is off by one line only; esbuild renames an entry's own top-level `require`.
const banner =
  "import { createRequire as furlongCreateRequire } from 'node:module'; const require = furlongCreateRequire(import.meta.url);"

/**
 * Looks at an entry and decides how to build it.
 * @param entry absolute path of a TypeScript or JavaScript file
 * @param options how
 * @returns the plan
 * @throws {AwsError} `BundleFailed` on a syntax error, a missing import, or an entry that exports nothing to call
 */
export async function planJavaScript(
  entry: string,
  options: JavaScriptOptions = {},
): Promise<JavaScriptPlan> {
  const { exportName = 'handler', cwd = dirname(entry) } = options
  const says = 'The entry could not be bundled'
  const toError = (error: unknown): Error =>
    toBuildError(error, { from: dirname(entry), cwd, says, code: 'BundleFailed' })
  const shape = await readShape(entry, exportName, toError)
  const common = {
    bundle: true,
    platform: 'node',
    format: 'esm',
    target,
    write: false,
    metafile: true,
    sourcemap: 'linked',
    // Under development the sources lie where the map says.
    sourcesContent: options.development !== true,
    treeShaking: true,
    outfile: resolve(dirname(entry), 'index.mjs'),
    absWorkingDir: dirname(entry),
    banner: { js: banner },
    plugins: [optionalPeers],
    external: options.sdk === 'external' ? sdkPackages : [],
    logLevel: 'silent',
    ...(options.development === true ? { sourceRoot: pathToFileURL(`${dirname(entry)}/`).href } : {}),
    ...(options.hostModule === undefined || resolvesHost(entry)
      ? {}
      : { alias: { '@furlong/host': options.hostModule } }),
  } as const satisfies BuildOptions
  if (shape === 'handler') {
    return {
      shape,
      handler: `index.${exportName}`,
      toError,
      buildOptions: { ...common, entryPoints: [entry] },
    }
  }
  const stdin = createHostedEntry(entry, shape, exportName)
  return { shape, handler: 'index.handler', toError, buildOptions: { ...common, stdin } }
}

/**
 * Builds a plan once.
 * @param plan the plan
 * @returns the zip's files: `index.mjs` and its source map
 * @throws {AwsError} `BundleFailed` with esbuild's message, file and line
 */
export async function buildJavaScript(plan: JavaScriptPlan): Promise<BundleFile[]> {
  const { build } = await import('esbuild')
  try {
    return readOutput(await build(plan.buildOptions))
  } catch (error) {
    throw plan.toError(error)
  }
}

/**
 * Reads the files of a finished build.
 * @param result esbuild's result, not written to disk
 * @returns the files for the zip
 */
export function readOutput(result: BuildResult): BundleFile[] {
  return (result.outputFiles ?? []).map((file) => ({ path: basename(file.path), bytes: file.contents }))
}

/** Only the entry's own folder upwards counts: the project's version of the host wins over furlong's. */
function resolvesHost(entry: string): boolean {
  for (let folder = dirname(entry); ; folder = dirname(folder)) {
    if (existsSync(resolve(folder, 'node_modules/@furlong/host'))) return true
    if (folder === dirname(folder)) return false
  }
}

async function readShape(
  entry: string,
  exportName: string,
  toError: JavaScriptPlan['toError'],
): Promise<EntryShape> {
  const { build } = await import('esbuild')
  let metafile: Metafile
  try {
    // Packages stay out of this first look: only the entry's exports are wanted.
    const options = { bundle: true, packages: 'external', platform: 'node', format: 'esm', target } as const
    const result = await build({
      ...options,
      entryPoints: [entry],
      absWorkingDir: dirname(entry),
      outfile: 'index.mjs',
      write: false,
      metafile: true,
      logLevel: 'silent',
    })
    metafile = result.metafile
  } catch (error) {
    throw toError(error)
  }
  const input = Object.entries(metafile.inputs).find(([path]) => path === basename(entry))?.[1]
  const exports = Object.values(metafile.outputs).flatMap((output) => output.exports)
  if (input?.format === 'cjs') return 'commonjs'
  if (exports.includes(exportName)) return 'handler'
  if (exports.includes('default')) return 'default'
  throw new AwsError(
    'BundleFailed',
    `${basename(entry)} exports neither '${exportName}' nor a default: there is nothing to call. It exports ${exports.join(', ') || 'nothing'}.`,
    { tryThis: 'export default app, where app is { fetch(request) }, a fetch function or a Node listener' },
  )
}

function createHostedEntry(
  entry: string,
  shape: EntryShape,
  exportName: string,
): NonNullable<BuildOptions['stdin']> {
  const from = JSON.stringify(`./${basename(entry)}`)
  const host = `import { toLambda } from '@furlong/host'\n`
  const contents =
    shape === 'default'
      ? `import app from ${from}\n${host}export const handler = toLambda(app)\n`
      : // A CommonJS module's exports are known when it has run.
        `import exported from ${from}\n${host}export const handler = exported[${JSON.stringify(exportName)}] ?? toLambda(exported.default ?? exported)\n`
  return { contents, resolveDir: dirname(entry), sourcefile: 'furlong-entry.js', loader: 'js' }
}
