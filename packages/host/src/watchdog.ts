import { Crowd } from './crowd.ts'
import type { Member } from './crowd.ts'

/** Somebody to wake at a time. */
export interface Watch extends Member {
  /** Milliseconds since 1970. */
  dueMs: number
  /** Whether the process must stay alive for it; kept by holdWatch(). */
  isHeld: boolean
  /** Called once it is due; may set another `dueMs`, or `Infinity` for never again. Must not throw. */
  ring(): void
}

const watches = new Crowd<Watch>()
/** How many of them must keep the process alive. */
let held = 0
let timer: ReturnType<typeof setTimeout> | undefined
let timerDueMs = Infinity

/**
 * Wakes somebody at a time.
 *
 * All watches share one timer, which is left to run out when its watch ends: invocations begin in the order in which they
 * expire, so a process sets a timer once in a function's timeout instead of twice in every invocation.
 *
 * @param watch Whom to wake, and when.
 */
export function startWatch(watch: Watch): void {
  watches.add(watch)
  if (watch.dueMs < timerDueMs) arm(watch.dueMs)
}

/**
 * Keeps the process alive until a watch rings or ends; otherwise a process that has nothing else to do may end.
 *
 * @param watch One that was started.
 */
export function holdWatch(watch: Watch): void {
  if (watch.isHeld || watch.place === -1) return
  watch.isHeld = true
  held += 1
  timer?.ref()
}

/**
 * Ends a watch.
 *
 * @param watch One that was started; others are taken without complaint.
 */
export function stopWatch(watch: Watch): void {
  watches.delete(watch)
  if (!watch.isHeld) return
  watch.isHeld = false
  held -= 1
  if (held === 0) timer?.unref()
}

function arm(dueMs: number): void {
  clearTimeout(timer)
  timerDueMs = dueMs
  timer = setTimeout(ring, Math.max(0, dueMs - Date.now()))
  if (held === 0) timer.unref()
}

function ring(): void {
  timerDueMs = Infinity
  const now = Date.now()
  // Whoever is woken may end watches, its own and others.
  for (const watch of watches.members.slice()) if (watch.place !== -1 && watch.dueMs <= now) watch.ring()
  let next = Infinity
  for (const watch of watches.members) next = Math.min(next, watch.dueMs)
  if (next !== Infinity) arm(next)
}
