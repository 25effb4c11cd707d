import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { basename, dirname, extname, resolve } from 'node:path'
import { AwsError } from '../errors.ts'
import { suggestFunctionName } from '../function-name.ts'
import { createZip, readFolder, type BundleFile } from './archive.ts'
import { checkUnzippedSize, checkZipSize } from './code-size.ts'
import { buildJavaScript, planJavaScript, type JavaScriptOptions } from './javascript.ts'
import type { Architecture, PythonHost } from './python-platform.ts'
import { createPythonStandIn, findPythonHandler, readPython } from './python.ts'

/** What an entry is. */
export type EntryKind = 'javascript' | 'python' | 'folder' | 'zip'

/** A function's code, ready for `CreateFunction`. */
export interface Bundle {
  readonly kind: EntryKind
  readonly zip: Uint8Array
  /** Base64 SHA-256 of the zip, as Lambda's `CodeSha256`. */
  readonly codeSha256: string
  /** Absent when the entry does not say: a folder or a zip of files furlong does not know. */
  readonly handler?: string
  readonly runtime?: string
  /** What went into it beside the sources, for people. */
  readonly says?: string
}

/** What `createBundle` may be told. */
export interface BundleOptions {
  /** Folder that a relative entry starts from; default the current one. */
  readonly cwd?: string
  /** Handler in Lambda's form, `file.export`; default `index.handler`, or what a Python entry has. */
  readonly handler?: string
  /** Path of `@furlong/host` for projects that do not have it; default: found from the entry's folder. */
  readonly hostModule?: string
  /** Whether the source map names the sources by where they lie on this machine; default false. */
  readonly development?: boolean
  /** Of a Python entry: the runtime its packages are for; default `python3.13`. */
  readonly runtime?: string
  /** Of a Python entry: the processor its packages are for; default x86_64, Lambda's own. */
  readonly architecture?: Architecture
  /** Of a Python entry: where it will run; default `lambda`. */
  readonly pythonHost?: PythonHost
  /** Whether the AWS SDK is bundled (the default), or left to the runtime, which has one of its own. */
  readonly sdk?: 'bundled' | 'external'
}

/** Runtime of a JavaScript entry when none is named. */
export const defaultNodeRuntime = 'nodejs24.x'
/** Runtime of a Python entry when none is named. */
export const defaultPythonRuntime = 'python3.13'

const kinds: Readonly<Record<string, EntryKind>> = {
  '.ts': 'javascript',
  '.mts': 'javascript',
  '.cts': 'javascript',
  '.tsx': 'javascript',
  '.js': 'javascript',
  '.mjs': 'javascript',
  '.cjs': 'javascript',
  '.jsx': 'javascript',
  '.py': 'python',
  '.zip': 'zip',
}

type BundlePart = Pick<Bundle, 'zip' | 'handler' | 'runtime' | 'says'>

const bundlers: Readonly<Record<EntryKind, (entry: string, options: BundleOptions) => Promise<BundlePart>>> =
  {
    javascript: async (entry, options) => {
      const plan = await planJavaScript(entry, readJavaScriptOptions(options))
      return {
        zip: createZip(await buildJavaScript(plan)),
        handler: plan.handler,
        runtime: defaultNodeRuntime,
      }
    },
    python: async (entry, options) => {
      const handler = options.handler ?? (await findPythonHandler(entry))
      const { runtime = defaultPythonRuntime, architecture = 'x86_64', pythonHost: host = 'lambda' } = options
      const { files, ...rest } = await readPython(entry, { runtime, architecture, host })
      checkUnzippedSize(basename(entry), files)
      return { handler, zip: createZip(files), runtime, ...rest }
    },
    folder: async (entry) => {
      const files = await readFolder(entry)
      if (files.length === 0) throw new AwsError('BundleFailed', `The folder ${entry} is empty.`)
      checkUnzippedSize(basename(entry), files)
      return { zip: createZip(files), ...guessFromFiles(files) }
    },
    zip: async (entry) => {
      const zip = await readFile(entry)
      if (!isZip(zip)) {
        throw new AwsError('NotAZip', `${basename(entry)} is not a zip: it does not begin with PK.`)
      }
      return { zip }
    },
  }

/**
 * Finds what an entry is.
 * @param entry path of a file or folder
 * @param cwd folder that a relative path starts from
 * @returns its absolute path and kind
 * @throws {AwsError} `EntryNotFound` when nothing is there, `BundleFailed` when its kind is not known
 */
export async function findEntry(entry: string, cwd: string): Promise<{ path: string; kind: EntryKind }> {
  const path = resolve(cwd, entry)
  const info = await stat(path).catch(() => undefined)
  if (info === undefined) {
    throw new AwsError('EntryNotFound', `There is no file or folder '${entry}' (looked at ${path}).`)
  }
  const kind = info.isDirectory() ? 'folder' : kinds[extname(path).toLowerCase()]
  if (kind === undefined) {
    throw new AwsError(
      'BundleFailed',
      `'${entry}' is no entry furlong knows: ${Object.keys(kinds).join(', ')} or a folder.`,
    )
  }
  return { path, kind }
}

/**
 * Bundles an entry: TypeScript and JavaScript by esbuild, a Python file with its folder
 * and its packages, a folder or zip as it is.
 * @param entry path of the entry
 * @param options handler, starting folder, host
 * @returns the bundle; equal sources make equal bytes
 * @throws {AwsError} `EntryNotFound`, `BundleFailed`, `NotAZip` or `BundleTooLarge`; of packages `WheelMissing`, `PipMissing`, `PipFailed`
 */
export async function createBundle(entry: string, options: BundleOptions = {}): Promise<Bundle> {
  const { path, kind } = await findEntry(entry, options.cwd ?? process.cwd())
  const part = await bundlers[kind](path, options)
  checkZipSize(entry, part.zip)
  const handler = kind === 'javascript' ? part.handler : (options.handler ?? part.handler)
  return finishBundle(kind, part, handler)
}

/**
 * Makes the bundle of a Python entry that runs from its folder: nothing of it is in the zip.
 * @param entry absolute path of the `.py` file
 * @param handler in Lambda's form; default what the entry has
 * @returns the bundle
 * @throws {AwsError} `BundleFailed` when the entry has no handler
 */
export async function createStandIn(entry: string, handler?: string): Promise<Bundle> {
  const standIn = await createPythonStandIn(entry, handler)
  return finishBundle(
    'python',
    { zip: createZip(standIn.files), runtime: defaultPythonRuntime },
    standIn.handler,
  )
}

/**
 * Completes a bundle with the hash that Lambda will report.
 * @param kind what the entry was
 * @param part zip and runtime
 * @param handler in Lambda's form
 * @returns the bundle
 */
export function finishBundle(kind: EntryKind, part: BundlePart, handler: string | undefined): Bundle {
  const codeSha256 = createHash('sha256').update(part.zip).digest('base64')
  return {
    kind,
    zip: part.zip,
    codeSha256,
    ...(handler === undefined ? {} : { handler }),
    ...(part.runtime === undefined ? {} : { runtime: part.runtime }),
    ...(part.says === undefined ? {} : { says: part.says }),
  }
}

/**
 * Reads what a JavaScript entry's bundle may be told.
 * @param options the bundle's options; `handler` as `file.export` or the bare export
 * @returns options for the plan
 */
export function readJavaScriptOptions(options: BundleOptions): JavaScriptOptions {
  const { handler, hostModule, cwd, development, sdk } = options
  const exportName = handler?.split('.').at(-1)
  return {
    ...(exportName === undefined ? {} : { exportName }),
    ...(hostModule === undefined ? {} : { hostModule }),
    ...(cwd === undefined ? {} : { cwd }),
    ...(development === undefined ? {} : { development }),
    ...(sdk === undefined ? {} : { sdk }),
  }
}

/** File names that say nothing about the function: its folder's name says more. */
const plainNames = new Set(['index', 'app', 'main', 'handler', 'server', 'lambda', 'lambda_function'])

/**
 * Makes a function's name of its entry, when the user gives none.
 * @param path absolute path of the entry
 * @returns the file's name without its ending; the folder's when the file's says nothing
 */
export function nameFromEntry(path: string): string {
  const name = basename(path, extname(path))
  return suggestFunctionName(plainNames.has(name) ? basename(dirname(path)) : name)
}

function guessFromFiles(files: readonly BundleFile[]): { handler?: string; runtime?: string } {
  const paths = new Set(files.map((file) => file.path))
  if (paths.has('bootstrap')) return { handler: 'bootstrap', runtime: 'provided.al2023' }
  if (['index.mjs', 'index.js', 'index.cjs'].some((path) => paths.has(path))) {
    return { handler: 'index.handler', runtime: defaultNodeRuntime }
  }
  if (paths.has('lambda_function.py')) {
    return { handler: 'lambda_function.lambda_handler', runtime: defaultPythonRuntime }
  }
  return {}
}

/** `PK\3\4` begins a zip with files, `PK\5\6` an empty one. */
function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5)
}
