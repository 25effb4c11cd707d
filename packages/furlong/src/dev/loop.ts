import type { LiveCode, LiveFunction, SourceFailure } from '@furlong/local'
import { AwsError } from '@furlong/aws'
import { describeError } from '../render/error.ts'
import type { DevTeller } from './tell.ts'

/**
 * Reads from an error what is wrong with a source, and where.
 * @param error what bundling threw
 * @returns the place in the source, where the error knows it
 */
export function readFailure(error: unknown): SourceFailure {
  const source = error instanceof AwsError ? error.source : undefined
  return source ?? { message: describeError(error).data.message }
}

/** From a save to code that answers: holds calls, changes the code, and tells what became of it. */
export class DevLoop {
  readonly #live: LiveFunction
  readonly #code: LiveCode
  readonly #teller: DevTeller
  /** What was saved, and no code was made of yet. */
  #saved: Change[] = []
  /** What the code was made of that is on its way. */
  #underWay: Change[] = []
  #isFailed = false
  #isStopped = false

  /**
   * Creates the loop of a function; `swap` begins it.
   * @param live the function
   * @param code what takes the place of its deployed code
   * @param teller where it tells
   */
  constructor(live: LiveFunction, code: LiveCode, teller: DevTeller) {
    this.#live = live
    this.#code = code
    this.#teller = teller
  }

  /** Sources changed: calls wait from now on. */
  changed(paths: readonly string[]): void {
    this.#saved.push({ paths, at: performance.now() })
    this.#live.hold()
  }

  /** Code was made of all that was saved so far; what is saved from now on has an end of its own. */
  begin(): void {
    this.#underWay.push(...this.#saved.splice(0))
  }

  /**
   * Stores code that was made of all that was saved so far, and lets it answer.
   * @param update stores it
   * @returns whether it is stored; callers are told why it is not
   */
  async store(update: () => Promise<void>): Promise<boolean> {
    this.begin()
    try {
      await update()
    } catch (error) {
      // The function was deleted, for one.
      this.#fail(error, cannotBePut)
      return false
    }
    // Not awaited: under a debugger the new code may wait for as long as somebody looks at the old one.
    void this.swap()
    return true
  }

  /**
   * Lets the code as it is now answer.
   * @returns the files it was loaded from, where the runtime tells; undefined when it did not come to that
   */
  async swap(): Promise<readonly string[] | undefined> {
    const own = [...this.#underWay]
    const isLatest = (): boolean => this.#saved.length === 0 && this.#underWay.length === own.length
    const outcome = await this.#live.swap(this.#code, isLatest).catch((error: unknown) => {
      this.#fail(error, cannotBePut)
      return { kind: 'superseded' } as const
    })
    // Nothing is told of code that was superseded: its changes go along with those of what follows.
    if (this.#isStopped || outcome.kind === 'superseded') return undefined
    this.#underWay = this.#underWay.filter((change) => !own.includes(change))
    if (outcome.kind === 'failed') {
      this.#isFailed = true
      this.#teller.failed(outcome.failure, 'the code does not load')
      return undefined
    }
    this.#isFailed = false
    // The first time nothing has changed.
    const [first] = own
    if (first !== undefined) {
      const paths = new Set(own.flatMap((change) => change.paths))
      this.#teller.updated([...paths], Math.round(performance.now() - first.at))
    }
    return outcome.modules
  }

  /** The sources cannot be made into code. */
  failed(error: Error): void {
    this.begin()
    this.#fail(error, 'the source does not compile')
  }

  #fail(error: unknown, heading: string): void {
    if (this.#isStopped) return
    this.#underWay = []
    this.#isFailed = true
    const failure = readFailure(error)
    this.#live.fail(failure)
    if (this.#saved.length > 0) this.#live.hold()
    this.#teller.failed(failure, heading)
  }

  /** The change made no difference. */
  same(): void {
    if (this.#isFailed) {
      this.begin()
      void this.swap()
    } else {
      this.#saved = []
      // Code that is on its way lets calls go on itself.
      if (this.#underWay.length === 0) this.#live.release()
    }
  }

  /** What is still on its way is not told any more. */
  stop(): void {
    this.#isStopped = true
  }
}

const cannotBePut = 'the code cannot be put in place'

/** Files that were saved, and when, by `performance.now()`. */
interface Change {
  readonly paths: readonly string[]
  readonly at: number
}
