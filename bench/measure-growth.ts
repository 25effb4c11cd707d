/** What a unit more costs as an input grows: the same at every size when the cost is linear. */
import { interleave, type Interleaving, type Lane, repeat, repeatAsync } from './interleave.ts'
import type { Goal, Row } from './report.ts'

/** Where one call takes longer than this, no larger size is tried: what grew so far tells enough. */
const longestCallMs = 40

type Work = () => unknown

/** One way for an input to grow. */
export interface Growing {
  readonly name: string
  readonly unit: string
  /** How many units each input has, the smallest first. */
  readonly sizes: readonly number[]
  /** Makes the work with an input of one size; what returns a promise is awaited. */
  readonly prepare: (size: number) => Work | Promise<Work>
  /** How much dearer a unit of the largest may be than of the cheapest. */
  readonly goal: Goal
}

/** @returns the cost of a unit at each size, and how much dearer one of the largest is than one of the cheapest */
export async function measureGrowth(
  { name, unit, sizes, prepare, goal }: Growing,
  interleaving: Interleaving,
): Promise<Row[]> {
  const title = (size: number): string => `${name}, ${size}`
  const tried: number[] = []
  const lanes: Lane[] = []
  for (const size of sizes) {
    const work = await prepare(size)
    const at = performance.now()
    const done = work()
    const isAsync = done instanceof Promise
    if (isAsync) await done
    tried.push(size)
    lanes.push({
      name: title(size),
      run: isAsync ? repeatAsync(work as () => Promise<unknown>) : repeat(work),
    })
    if (performance.now() - at > longestCallMs) break
  }
  const measured = await interleave(lanes, interleaving)
  const largest = tried.at(-1) as number
  const grown = measured.over((us) => {
    const perUnit = tried.map((size) => us(title(size)) / size)
    return us(title(largest)) / largest / Math.min(...perUnit)
  })
  const rows = tried.map((size) => ({
    row: title(size),
    value: measured.us(title(size)) / size,
    unit: `µs/${unit}`,
  }))
  // One size alone shows no growth, and meets no goal.
  if (tried.length < 2) return rows
  return [...rows, { row: `${name}: ${largest} / cheapest`, value: grown, unit: 'x', goal }]
}
