import { requestsPerSecondPerUnit } from './concurrency-limits.ts'
import { Rate } from './rate.ts'
import { createThrottle, type Throttle } from './throttle.ts'

/** What admission is asked about. */
export interface Occupant {
  /** Unqualified: concurrency is counted over all versions and aliases. */
  readonly arn: string
  /** 12 digits. */
  readonly accountId: string
  readonly region: string
}

/** How admission is set up. */
export interface AdmissionOptions {
  /** Simultaneous executions of each account in each region, 1 or more. */
  readonly accountConcurrency: number
  /** Reservations by unqualified ARN, asked at every invocation; another map when one has changed. */
  readonly reserved: () => ReadonlyMap<string, number>
  /** A clock that only goes forward, in milliseconds; default the process's. */
  readonly clockMs?: () => number
}

/** What runs of one function. */
interface FunctionCount {
  readonly pool: Pool
  running: number
  /** Of those running, how many take from the account's unreserved concurrency. */
  unreserved: number
  rate: Rate | undefined
}

/** What the functions of one account without reservations share in one region. */
interface Pool {
  readonly accountId: string
  readonly region: string
  running: number
  limit: number
  readonly rate: Rate
}

/**
 * The limits of concurrency, counted as Lambda counts them: by function when it has a reservation, otherwise by account
 * and region. Counting costs two look-ups an invocation, and nothing is made unless one is refused.
 */
export class Admission {
  readonly #options: AdmissionOptions
  readonly #clockMs: () => number
  readonly #counts = new Map<string, FunctionCount>()
  readonly #pools: Pool[] = []
  #reserved: ReadonlyMap<string, number> = new Map()

  /** @param options limits, reservations and the clock */
  constructor(options: AdmissionOptions) {
    this.#options = options
    this.#clockMs = options.clockMs ?? (() => performance.now())
  }

  /** Simultaneous executions of each account in each region. */
  get accountConcurrency(): number {
    return this.#options.accountConcurrency
  }

  /**
   * Lets an invocation in, and counts it until `leave`.
   *
   * @param occupant the function
   * @returns undefined when it may run, or which limit it met
   */
  enter(occupant: Occupant): Throttle | undefined {
    this.#readReservations()
    const count = this.#counts.get(occupant.arn) ?? this.#countFor(occupant)
    const reserved = this.#reserved.get(occupant.arn)
    const throttle =
      reserved === undefined
        ? this.#meetAccount(occupant.arn, count.pool)
        : this.#meetReservation(occupant.arn, count, reserved)
    if (throttle !== undefined) return throttle
    count.running += 1
    if (reserved === undefined) {
      count.unreserved += 1
      count.pool.running += 1
    }
    return undefined
  }

  /**
   * Says that an invocation which was let in has ended.
   *
   * @param functionArn unqualified
   */
  leave(functionArn: string): void {
    const count = this.#counts.get(functionArn)
    if (count === undefined) return
    count.running -= 1
    // A reservation may have come or gone in between: what was taken from the account goes back to it first.
    if (count.unreserved === 0) return
    count.unreserved -= 1
    count.pool.running -= 1
  }

  /**
   * Tells how many invocations of a function run.
   *
   * @param functionArn unqualified
   * @returns those that were let in and have not ended
   */
  running(functionArn: string): number {
    return this.#counts.get(functionArn)?.running ?? 0
  }

  #meetReservation(functionArn: string, count: FunctionCount, reserved: number): Throttle | undefined {
    if (count.running >= reserved) {
      return createThrottle('ReservedFunctionConcurrentInvocationLimitExceeded', {
        functionArn,
        reserved,
        limit: reserved,
        running: count.running,
      })
    }
    const perSecond = reserved * requestsPerSecondPerUnit
    const nowMs = this.#clockMs()
    count.rate ??= new Rate(perSecond, nowMs)
    if (count.rate.take(perSecond, nowMs)) return undefined
    return createThrottle('ReservedFunctionInvocationRateLimitExceeded', {
      functionArn,
      reserved,
      limit: perSecond,
      running: count.running,
    })
  }

  #meetAccount(functionArn: string, pool: Pool): Throttle | undefined {
    const facts = { functionArn, reserved: undefined, running: pool.running }
    if (pool.running >= pool.limit) {
      return createThrottle('ConcurrentInvocationLimitExceeded', { ...facts, limit: pool.limit })
    }
    const perSecond = pool.limit * requestsPerSecondPerUnit
    if (pool.rate.take(perSecond, this.#clockMs())) return undefined
    // guess: the account's rate is documented, its Reason is not.
    return createThrottle('FunctionInvocationRateLimitExceeded', { ...facts, limit: perSecond })
  }

  #readReservations(): void {
    const reserved = this.#options.reserved()
    if (reserved === this.#reserved) return
    this.#reserved = reserved
    for (const pool of this.#pools) pool.limit = this.#limitOf(pool)
  }

  #countFor(occupant: Occupant): FunctionCount {
    const count = { pool: this.#poolOf(occupant), running: 0, unreserved: 0, rate: undefined }
    this.#counts.set(occupant.arn, count)
    return count
  }

  #poolOf({ accountId, region }: Occupant): Pool {
    const known = this.#pools.find((pool) => pool.accountId === accountId && pool.region === region)
    if (known !== undefined) return known
    const limit = this.#limitOf({ accountId, region })
    const rate = new Rate(limit * requestsPerSecondPerUnit, this.#clockMs())
    const pool = { accountId, region, running: 0, limit, rate }
    this.#pools.push(pool)
    return pool
  }

  #limitOf(where: Pick<Occupant, 'accountId' | 'region'>): number {
    return unreservedConcurrency(this.accountConcurrency, this.#reserved, where)
  }
}

/**
 * Tells what is left for functions without a reservation.
 *
 * @param accountConcurrency simultaneous executions of the account
 * @param reserved reservations by unqualified ARN, of any account and region
 * @param where the account and the region
 * @returns simultaneous executions, 0 or more
 */
export function unreservedConcurrency(
  accountConcurrency: number,
  reserved: ReadonlyMap<string, number>,
  where: Pick<Occupant, 'accountId' | 'region'>,
): number {
  const place = `:${where.region}:${where.accountId}:function:`
  let left = accountConcurrency
  for (const [arn, count] of reserved) if (arn.includes(place)) left -= count
  return Math.max(0, left)
}
