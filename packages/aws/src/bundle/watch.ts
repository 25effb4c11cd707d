import { stat } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { basename, dirname, extname, join, relative, resolve, sep } from 'node:path'
import type { BuildContext, BuildFailure, BuildResult } from 'esbuild'
import { AwsError } from '../errors.ts'
import { createZip } from './archive.ts'
import {
  createBundle,
  defaultNodeRuntime,
  findEntry,
  finishBundle,
  readJavaScriptOptions,
  type Bundle,
  type BundleOptions,
} from './bundle.ts'
import { FileWatch, listFolders } from './file-watch.ts'
import { planJavaScript, readOutput, type JavaScriptPlan } from './javascript.ts'

/** What a watched entry tells. Of `onBundle`, `onError` and `onSame` one follows each change, or another change does. */
export interface WatchListener {
  /** Sources of the last bundle changed; absolute paths. */
  onChange(paths: readonly string[]): void
  /** A new bundle; resolves with whether it was put in place. Runs one at a time. */
  onBundle(bundle: Bundle): Promise<boolean>
  /** The entry cannot be bundled as it is now. */
  onError(error: Error): void
  /** The change made no difference to the last bundle that was put in place. */
  onSame(): void
  /**
   * The entry cannot be bundled at first, nor after the changes since: the first bundle is waited for. Without this the first
   * failure is thrown.
   */
  onFirstError?(error: AwsError): void
}

/** A watched entry. */
export interface Watch {
  /** The bundle of the sources as they were at first. */
  readonly first: Bundle
  close(): Promise<void>
}

/**
 * Bundles an entry now and again after each change of its sources, wherever they lie.
 * @param entry path of a JavaScript or TypeScript file, or of a folder
 * @param options as for `createBundle`; `signal` ends the waiting for a first bundle
 * @param listener gets bundles and errors
 * @returns the watch with the first bundle, until closed
 * @throws {AwsError} `EntryNotFound`; `BundleFailed` for an entry that cannot be bundled at first, unless that is waited for, and for a zip,
 * which does not change; the signal's reason
 */
export async function watchBundle(
  entry: string,
  { signal, ...options }: BundleOptions & { readonly signal?: AbortSignal },
  listener: WatchListener,
): Promise<Watch> {
  const { path, kind } = await findEntry(entry, options.cwd ?? process.cwd())
  if (kind === 'zip') throw new AwsError('BundleFailed', `A zip cannot be watched: ${entry}`)
  const source = kind === 'javascript' ? new JavaScriptSource(path, options) : new FolderSource(path, options)
  return watchSource(source, listener, signal)
}

/** What is bundled again and again. */
interface Source {
  /** @throws what the entry cannot be bundled for */
  bundle(changed: readonly string[]): Promise<Bundle>
  /** Files whose changes count, after a bundle or a failure. */
  isWanted(path: string): boolean
  /** Folders in which they lie. */
  listFolders(): Promise<Iterable<string>>
  /** Files that are likely to be touched without a change. */
  listFiles(): Iterable<string>
  close(): Promise<void>
}

async function watchSource(
  source: Source,
  listener: WatchListener,
  signal: AbortSignal | undefined,
): Promise<Watch> {
  const first = Promise.withResolvers<Bundle>()
  // It is awaited below, maybe after it has failed.
  first.promise.catch(() => {})
  let given: string | undefined
  const give = async (bundle: Bundle): Promise<void> => {
    if (given === undefined) first.resolve(bundle)
    else if (bundle.codeSha256 === given) return listener.onSame()
    else if (!(await listener.onBundle(bundle))) return
    given = bundle.codeSha256
  }
  const refuse = (error: unknown): void => {
    if (given !== undefined) listener.onError(error instanceof Error ? error : new Error(String(error)))
    else if (listener.onFirstError !== undefined && isOfSource(error)) listener.onFirstError(error)
    else first.reject(error)
  }
  const watchFiles = async (): Promise<void> => {
    files.setFolders(await source.listFolders())
    // Before anybody is told: what is saved then is a change.
    if (given === undefined) await files.learn(source.listFiles())
  }
  const build = async (paths: readonly string[]): Promise<void> => {
    try {
      const bundle = await source.bundle(paths)
      await watchFiles()
      // What was saved in the meantime may be in it or not: the bundle after it has it.
      if (queued === 0 || given === undefined) await give(bundle)
    } catch (error) {
      await watchFiles()
      // A file that is written in several steps cannot be read in between: the next step is on its way, if it is one.
      await files.settled()
      if (queued === 0) refuse(error)
    }
  }
  let last = Promise.resolve()
  /** Changes that were told and have no bundle under way. */
  let queued = 0
  const files = new FileWatch({
    isWanted: (path) => source.isWanted(path),
    onChange: (paths) => {
      // Before the first bundle there is nothing in place that could change.
      if (given !== undefined) listener.onChange(paths)
      queued += 1
      last = last.then(() => {
        queued -= 1
        return build(paths)
      })
    },
  })
  const stop = (): void => first.reject(signal?.reason)
  signal?.addEventListener('abort', stop, { once: true })
  const close = async (): Promise<void> => {
    files.close()
    await last
    await source.close()
  }
  try {
    if (signal?.aborted === true) stop()
    last = build([])
    await last
    return { first: await first.promise, close }
  } catch (error) {
    await close()
    throw error
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}

/** What the next save may mend. */
const isOfSource = (error: unknown): error is AwsError =>
  error instanceof AwsError && (error.code === 'BundleFailed' || error.code === 'BundleTooLarge')

/** Files beside the sources that decide how they are bundled. */
const configName = /^(?:package|[jt]sconfig[\w.-]*)\.json$/

/** What an import that cannot be resolved may wait for: a source, or a folder. */
const maySupply = /^(?:[^.]+|.+\.(?:[cm]?[jt]sx?|json|css|txt))$/

/** Names that editors and tools use for a moment. */
const isNoise = (path: string): boolean => /(?:~|\.sw[a-z]|\.tmp|\.log|^4913)$/.test(basename(path))

class JavaScriptSource implements Source {
  readonly #entry: string
  readonly #options: BundleOptions
  readonly #project: readonly string[]
  #plan: JavaScriptPlan | undefined
  #context: BuildContext | undefined
  #inputs: ReadonlySet<string>
  /** Folders in which what is missing may appear; undefined while nothing is. */
  #missing: readonly string[] | undefined

  constructor(entry: string, options: BundleOptions) {
    this.#entry = entry
    this.#options = options
    this.#project = listProjectFolders(dirname(entry))
    this.#inputs = new Set([entry])
  }

  async bundle(changed: readonly string[]): Promise<Bundle> {
    try {
      const { plan, context } = await this.#prepare(changed)
      const result = await context.rebuild()
      this.#inputs = this.#readInputs(result)
      this.#missing = undefined
      const part = { zip: createZip(readOutput(result), 0), runtime: defaultNodeRuntime }
      return finishBundle('javascript', part, plan.handler)
    } catch (error) {
      this.#missing = this.#findMissing(error)
      throw error instanceof AwsError || this.#plan === undefined ? error : this.#plan.toError(error)
    }
  }

  isWanted(path: string): boolean {
    if (this.#inputs.has(path)) return true
    return configName.test(basename(path)) || (this.#missing !== undefined && maySupply.test(basename(path)))
  }

  async listFolders(): Promise<Iterable<string>> {
    return new Set([...this.#project, ...Array.from(this.#inputs, dirname), ...(this.#missing ?? [])])
  }

  listFiles(): Iterable<string> {
    return [...this.#inputs].filter((path) => !path.includes(`${sep}node_modules${sep}`))
  }

  async close(): Promise<void> {
    await this.#context?.dispose()
    this.#context = undefined
  }

  /** What the entry exports decides how it is built; esbuild keeps the rest from one build to the next. */
  async #prepare(changed: readonly string[]): Promise<{ plan: JavaScriptPlan; context: BuildContext }> {
    if (this.#plan !== undefined && this.#context !== undefined && !changed.includes(this.#entry)) {
      return { plan: this.#plan, context: this.#context }
    }
    const { context: createContext } = await import('esbuild')
    const plan = await planJavaScript(this.#entry, readJavaScriptOptions(this.#options))
    if (this.#context === undefined || plan.shape !== this.#plan?.shape) {
      await this.close()
      this.#context = await createContext(plan.buildOptions)
    }
    this.#plan = plan
    return { plan, context: this.#context }
  }

  #readInputs({ metafile }: BuildResult): ReadonlySet<string> {
    const inputs = Object.keys(metafile?.inputs ?? {}).filter((path) => !/^[(<]|^[\w-]+:/.test(path))
    return new Set([this.#entry, ...inputs.map((path) => resolve(dirname(this.#entry), path))])
  }

  #findMissing(error: unknown): string[] {
    const failures =
      ((error instanceof AwsError ? error.cause : error) as Partial<BuildFailure> | undefined)?.errors ?? []
    return failures.flatMap(({ text, location }) => {
      if (location === null) return []
      const folder = dirname(resolve(dirname(this.#entry), location.file))
      const [, wanted = ''] = /^Could not resolve "([^"]+)"/.exec(text) ?? []
      if (wanted.startsWith('.')) return [folder, ...listToBeMade(dirname(resolve(folder, wanted)))]
      // A package that is installed appears in one of these.
      return [folder, ...this.#project.map((parent) => join(parent, 'node_modules'))]
    })
  }
}

/** A folder, and first those above it in which it has to be made: as far as there is one. */
function listToBeMade(folder: string): string[] {
  return existsSync(folder) ? [folder] : [...listToBeMade(dirname(folder)), folder]
}

class FolderSource implements Source {
  readonly #folder: string
  readonly #options: BundleOptions

  constructor(folder: string, options: BundleOptions) {
    this.#folder = folder
    this.#options = options
  }

  bundle(): Promise<Bundle> {
    return createBundle(this.#folder, this.#options)
  }

  isWanted(path: string): boolean {
    return !isNoise(path) && !relative(this.#folder, path).split(sep).some(isSkippedFolder)
  }

  listFolders(): Promise<Iterable<string>> {
    return listFolders(this.#folder, isSkippedFolder)
  }

  listFiles(): Iterable<string> {
    return []
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}

/** Folders with nothing in them that a user edits. */
const isSkippedFolder = (name: string): boolean =>
  name === 'node_modules' ||
  name === '__pycache__' ||
  name === 'venv' ||
  (name.startsWith('.') && name !== '.')

/** What a Python application is made of, and what it may be configured by. */
const pythonSources = new Set([
  '.py',
  '.toml',
  '.yaml',
  '.yml',
  '.ini',
  '.cfg',
  '.json',
  '.html',
  '.jinja',
  '.j2',
])

/** Watched sources of a function that runs from its folder. */
export interface SourceWatch {
  /** Watches these files beside the folder's: modules that were loaded from elsewhere. Absolute paths. */
  follow(paths: readonly string[]): Promise<void>
  close(): void
}

/**
 * Watches the folder of a Python entry.
 * @param folder absolute path
 * @param onChange gets the absolute paths of files that were changed, made or removed
 * @returns the watch, until closed
 */
export async function watchPython(
  folder: string,
  onChange: (paths: readonly string[]) => void,
): Promise<SourceWatch> {
  let followed: ReadonlySet<string> = new Set()
  const isInside = (path: string): boolean =>
    path.startsWith(folder + sep) && !relative(folder, path).split(sep).some(isSkippedFolder)
  const watchFolders = async (): Promise<void> =>
    files.setFolders([...(await listFolders(folder, isSkippedFolder)), ...Array.from(followed, dirname)])
  const tell = async (paths: readonly string[]): Promise<void> => {
    const isFolder = await Promise.all(paths.map(isDirectory))
    if (isFolder.includes(true)) await watchFolders()
    onChange(paths)
  }
  const files = new FileWatch({
    // What has no ending may be a folder, with modules in it.
    isWanted: (path) =>
      followed.has(path) || (isInside(path) && (pythonSources.has(extname(path)) || extname(path) === '')),
    onChange: (paths) => void tell(paths),
  })
  await watchFolders()
  return {
    follow: async (paths) => {
      followed = new Set(paths)
      await Promise.all([watchFolders(), files.learn(paths)])
    },
    close: () => files.close(),
  }
}

async function isDirectory(path: string): Promise<boolean> {
  const info = await stat(path).catch(() => undefined)
  return info?.isDirectory() === true
}

/**
 * Lists the folders of a project from one of its folders upwards: as far as the repository's, else as the nearest
 * with a `package.json`, else this one alone.
 * @param from absolute path
 * @returns absolute paths, the nearest first
 */
export function listProjectFolders(from: string): string[] {
  const folders: string[] = []
  let end = 1
  for (let folder = from; ; folder = dirname(folder)) {
    folders.push(folder)
    if (existsSync(join(folder, '.git'))) return folders
    if (end === 1 && existsSync(join(folder, 'package.json'))) end = folders.length
    if (folder === dirname(folder)) return folders.slice(0, end)
  }
}
