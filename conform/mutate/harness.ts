/** Stands in for vitest while tests run inside this process: what the engine's tests use of it, and no more. */
import { expect } from 'vitest'

type TestBody = (...values: readonly unknown[]) => unknown

const collected: (() => unknown)[] = []

function describe(_name: string, body: () => void): void {
  body()
}

function it(_name: string, body: TestBody): void {
  collected.push(body)
}

/** A row that is a list gives its values one by one, as vitest does it. */
it.each = (rows: readonly unknown[]): typeof it => {
  const each = (_name: string, body: TestBody): void => {
    for (const row of rows) collected.push(() => (Array.isArray(row) ? body(...row) : body(row)))
  }
  return Object.assign(each, { each: it.each })
}

/**
 * Runs what was collected since the last time, until something fails.
 * @returns how many tests ran
 * @throws whatever the first failing test throws
 */
export async function runCollected(): Promise<number> {
  const tests = collected.splice(0)
  for (const test of tests) await test()
  return tests.length
}

export { describe, expect, it }
