import { parseFunctionArn } from '@furlong/iam'
import type { Recording } from '../record/recording.ts'
import {
  describeEffect,
  type Fault,
  type FaultRule,
  type FaultStage,
  parseFaultRule,
  stageOf,
} from './fault.ts'
import { createRandom } from './random.ts'

interface Kept {
  readonly id: string
  readonly rule: FaultRule
  readonly stage: FaultStage
  readonly random: () => number
  readonly endsAtMs: number
  seen: number
  struck: number
}

/** More than anybody sets by hand. */
const maxFaults = 100

/** The faults that were asked for: they lie in memory, and end with the side. */
export class Faults {
  readonly #now: () => Date
  readonly #kept: Kept[] = []
  #count = 0
  #active = 0

  /** @param now the side's clock, for faults that end by themselves */
  constructor(now: () => Date) {
    this.#now = now
  }

  /** Whether any fault can strike: false costs nothing. */
  get isSet(): boolean {
    return this.#active > 0
  }

  /**
   * Sets a fault.
   *
   * @param rule what it does, to whom, how often
   * @returns the fault with its id
   * @throws {TypeError} when a member is unknown or out of its range, or 100 faults are set already
   * @example
   * local.faults.add({ kind: 'throttle', reason: 'ConcurrentInvocationLimitExceeded', function: 'books', rate: 0.2 })
   */
  add(rule: FaultRule): Fault {
    const checked = parseFaultRule(rule)
    if (this.#kept.length >= maxFaults)
      throw new TypeError(`There are ${maxFaults} faults already; clear some.`)
    this.#count += 1
    const { seed = 1, durationSeconds = Number.POSITIVE_INFINITY } = checked
    const kept: Kept = {
      id: `f${this.#count}`,
      rule: checked,
      stage: stageOf(checked),
      random: createRandom(seed),
      endsAtMs: this.#now().getTime() + durationSeconds * 1000,
      seen: 0,
      struck: 0,
    }
    this.#kept.push(kept)
    this.#recount()
    return this.#describe(kept)
  }

  /** @returns every fault in the order it was set, also those that are used up */
  list(): Fault[] {
    return this.#kept.map((kept) => this.#describe(kept))
  }

  /**
   * Takes faults back.
   *
   * @param id of one; all when absent
   * @returns how many there were
   */
  clear(id?: string): number {
    const before = this.#kept.length
    for (let at = before - 1; at >= 0; at -= 1) {
      if (id === undefined || this.#kept[at]?.id === id) this.#kept.splice(at, 1)
    }
    this.#recount()
    return before - this.#kept.length
  }

  /**
   * Draws which faults strike a call at one stage of its way. Ask `isSet` first.
   *
   * @param stage the stage
   * @param functionArn as it was called, with alias or version
   * @param recording gets a note of each
   * @returns delays, and after them at most one fault that ends the call
   */
  strike(stage: FaultStage, functionArn: string, recording: Recording): readonly FaultRule[] {
    const struck: FaultRule[] = []
    let hasEnd = false
    for (const kept of this.#kept) {
      if (kept.stage !== stage || !this.#isActive(kept) || !isMeant(kept.rule, functionArn)) continue
      if (hasEnd && endsCall(kept.rule)) continue
      kept.seen += 1
      const { rate = 1 } = kept.rule
      if (rate < 1 && kept.random() >= rate) continue
      kept.struck += 1
      struck.push(kept.rule)
      recording.fault(
        kept.id,
        `Fault ${kept.id} ${describeEffect(kept.rule)}: npx furlong fault --clear ${kept.id}`,
      )
      hasEnd ||= endsCall(kept.rule)
    }
    this.#recount()
    // What waits comes before what ends: the other way round nobody would wait.
    return struck.toSorted((left, right) => Number(endsCall(left)) - Number(endsCall(right)))
  }

  #recount(): void {
    this.#active = this.#kept.filter((kept) => this.#isActive(kept)).length
  }

  #isActive({ rule: { count = Number.POSITIVE_INFINITY }, struck, endsAtMs }: Kept): boolean {
    return struck < count && this.#now().getTime() < endsAtMs
  }

  #describe(kept: Kept): Fault {
    const { id, rule, seen, struck, endsAtMs } = kept
    return {
      id,
      says: describeEffect(rule),
      ...rule,
      seen,
      struck,
      ...(Number.isFinite(endsAtMs) ? { expiresAt: new Date(endsAtMs).toISOString() } : {}),
      isActive: this.#isActive(kept),
    }
  }
}

const endsCall = ({ kind }: FaultRule): boolean => kind !== 'delay' && kind !== 'clock-skew'

function isMeant({ function: wanted }: FaultRule, functionArn: string): boolean {
  if (wanted === undefined || wanted === functionArn) return true
  const called = parseFunctionArn(functionArn)
  if (called === undefined) return false
  const { name, qualifier, unqualifiedArn } = called
  return wanted === unqualifiedArn || wanted === name || wanted === `${name}:${qualifier ?? '$LATEST'}`
}
