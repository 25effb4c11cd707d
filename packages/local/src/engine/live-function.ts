import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { StartFailure } from './environment.ts'
import { runtimeFamily, runtimeFolder } from './runtimes.ts'
import { createSourceFailedOutcome, describeInitFailure } from './source-failure.ts'
import type { FunctionSpec, InvokeOutcome, SourceFailure } from './types.ts'

/** What takes the place of the deployed code while a function is under development. */
export interface LiveCode {
  /** Absolute path of the folder that the function runs from; default the deployed code. */
  readonly codeFolder?: string
  /** Program of its runtime, an interpreter of a virtual environment for one; default the runtime's own. */
  readonly program?: string
  /** Folder that the paths of failures are told from; default the code's. */
  readonly root?: string
}

/** What became of a change of the code. */
export type SwapOutcome =
  | {
      readonly kind: 'ready'
      /** Absolute paths of the source files that were loaded; Python only. */
      readonly modules: readonly string[]
    }
  | { readonly kind: 'failed'; readonly failure: SourceFailure }
  /** Another change came before this one was there. */
  | { readonly kind: 'superseded' }

/** What a live function needs of its engine. */
export interface LiveServices {
  /** The function as it is stored now. */
  readSpec(): FunctionSpec
  /** Starts an environment of it; undefined once it waits for an event. */
  prepare(spec: FunctionSpec): Promise<StartFailure | undefined>
  /** Ends the environments there are, when what they began is done. */
  retire(functionArn: string): Promise<void>
  /** Whether it runs under a debugger, which is attached to one process at a time. */
  isDebugged(spec: FunctionSpec): boolean
  /** A folder that is gone with the engine. */
  folder(): Promise<string>
  /** Forgets this. */
  closed(): void
}

/**
 * A function under development: its code changes while it is called. Calls that run finish on the code they began
 * with; calls that come while a change is on its way wait for it, so that what is called after a save is what was saved.
 */
export class LiveFunction {
  readonly #services: LiveServices
  #code: LiveCode = {}
  #change = 0
  #failure: SourceFailure | undefined
  #held: PromiseWithResolvers<void> | undefined
  #reportFolder: Promise<string> | undefined

  /**
   * Creates a live function that runs its deployed code.
   * @param services What it needs.
   */
  constructor(services: LiveServices) {
    this.#services = services
  }

  /** Lets calls wait until `swap` or `fail` has an end: a change is on its way. */
  hold(): void {
    this.#held ??= Promise.withResolvers()
  }

  /** Lets calls go on: the change turned out to be none. */
  release(): void {
    this.#held?.resolve()
    this.#held = undefined
  }

  /**
   * Tells callers that there is no code to call, until the next change.
   * @param failure Why.
   */
  fail(failure: SourceFailure): void {
    this.#change += 1
    this.#failure = failure
    this.release()
  }

  /**
   * Puts the code as it is now in the place of the code before: starts an environment of it, and lets calls go on when
   * it is ready, or tells them why it is not.
   * @param code What takes the place of the deployed code.
   * @param isLatest Asked when it has an end: whether no change came since, which calls would have to wait for.
   * @returns What became of it.
   */
  async swap(code: LiveCode = {}, isLatest: () => boolean = () => true): Promise<SwapOutcome> {
    this.hold()
    this.#change += 1
    const change = this.#change
    const isSuperseded = (): boolean => this.#change !== change
    this.#code = code
    const reportFile = await this.#createReportFile()
    const spec = this.#overlay(this.#services.readSpec(), reportFile)
    if (this.#services.isDebugged(spec)) await this.#services.retire(spec.arn)
    if (isSuperseded()) return { kind: 'superseded' }
    const failed = await this.#services.prepare(spec)
    if (isSuperseded()) return { kind: 'superseded' }
    const report = await readReport(reportFile)
    const failure =
      failed && (report.failure ?? (await describeFailure(failed, code.root ?? spec.codeFolder)))
    if (isSuperseded()) return { kind: 'superseded' }
    this.#failure = failure
    if (isLatest()) this.release()
    return failure === undefined
      ? { kind: 'ready', modules: report.modules ?? [] }
      : { kind: 'failed', failure }
  }

  /** Goes back to the deployed code. */
  async close(): Promise<void> {
    this.#services.closed()
    this.release()
    if (this.#reportFolder !== undefined) await rm(await this.#reportFolder, { recursive: true, force: true })
  }

  /**
   * Decides what a call runs on, when the change that is on its way is there.
   * @param spec The function as it was stored when the call came.
   * @returns The function as it is to run, or what the caller is told instead.
   */
  async admit(spec: FunctionSpec): Promise<FunctionSpec | InvokeOutcome> {
    const isHeld = this.#held !== undefined
    while (this.#held !== undefined) await this.#held.promise
    if (this.#failure !== undefined) return createSourceFailedOutcome(this.#failure)
    return this.#overlay(isHeld ? this.#services.readSpec() : spec, await this.#createReportFile())
  }

  #overlay(spec: FunctionSpec, reportFile: string): FunctionSpec {
    const { codeFolder = spec.codeFolder, program } = this.#code
    const isPython = runtimeFamily(spec.runtime) === 'python'
    return {
      ...spec,
      codeFolder,
      // The folder's files change under one name, so the count of changes is what tells revisions apart.
      revision: `${spec.revision}/${this.#change}`,
      interpreter: {
        ...(program === undefined ? {} : { program }),
        ...(isPython
          ? { arguments: [join(runtimeFolder, 'python-dev.py'), reportFile, this.#code.root ?? codeFolder] }
          : {}),
      },
    }
  }

  async #createReportFile(): Promise<string> {
    this.#reportFolder ??= this.#services.folder().then((folder) => mkdtemp(join(folder, 'live-')))
    return join(await this.#reportFolder, `${this.#change}.json`)
  }
}

interface LoadReport {
  readonly modules?: readonly string[]
  readonly failure?: SourceFailure
}

/** Only python-dev.py writes one: elsewhere the bootstrap's own report says enough. */
async function readReport(file: string): Promise<LoadReport> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as LoadReport
  } catch {
    return {}
  }
}

async function describeFailure(failed: StartFailure, root: string): Promise<SourceFailure> {
  if (failed.kind === 'error') return { message: failed.error.message }
  return describeInitFailure(failed.report(''), root)
}
