/** Hosting an application: calls, streams, imports, sizes and growth, against code by hand and the adapters people use. */
import { growthRows } from './host-growth.ts'
import { pieceRows } from './host-pieces.ts'
import { weightRows } from './host-weight.ts'
import { installPeers } from './hosts/peers.ts'
import { bufferedRows, names, streamedRows } from './hosts/rows.ts'
import { laneName, startWorkers } from './hosts/workers.ts'
import { type Interleaved, interleave } from './interleave.ts'
import type { Goal, Row } from './report.ts'

const interleaving = { rounds: 21, sliceMs: 15 } as const

const hello = 'GET hello'
const post = 'POST 10 KB'
const large = '1 MB binary'

/** What is measured in one scenario: against which floor, and how many times it furlong's rows may take. */
interface Comparison {
  readonly scenario: string
  readonly floor: string
  readonly goals: Readonly<Record<string, Goal>>
}

const ofFetch = 'fetch: furlong'
const ofStreams = ['stream, fetch: furlong', 'stream, listener: furlong'] as const
const limitStreams = (atMost: number): Comparison['goals'] =>
  Object.fromEntries(ofStreams.map((row) => [row, { atMost }]))

const comparisons: readonly Comparison[] = [
  { scenario: hello, floor: names.floorB, goals: { [ofFetch]: { atMost: 0.65 } } },
  { scenario: post, floor: names.floorB, goals: { [ofFetch]: { atMost: 0.8 } } },
  { scenario: large, floor: names.floorA, goals: { [ofFetch]: { atMost: 1.5 } } },
]

const streamedComparisons: readonly Comparison[] = [
  { scenario: hello, floor: names.streamFloor, goals: limitStreams(4) },
  { scenario: post, floor: names.streamFloor, goals: {} },
  { scenario: large, floor: names.streamFloor, goals: limitStreams(8) },
]

/** A row of furlong's, a peer with the same application, and how many times faster furlong has to be in which scenarios. */
type Race = readonly [own: string, peer: string, timesFaster: Readonly<Record<string, number>>]

const everywhere = { [hello]: 1, [post]: 1, [large]: 1 } as const

const races: readonly Race[] = [
  [ofFetch, 'fetch: hono/aws-lambda', { [hello]: 1.5 }],
  [ofFetch, 'fetch: srvx', { [hello]: 2.5 }],
  ['hono: furlong', 'hono: hono/aws-lambda', {}],
  ['listener: furlong', 'listener: serverless-http', { [hello]: 2 }],
  ['listener: furlong', 'listener: serverless-express', { [hello]: 2 }],
  ['express: furlong', 'express: serverless-http', { [hello]: 1.3 }],
  ['express: furlong', 'express: serverless-express', { [hello]: 1.3 }],
  ['fastify: furlong', 'fastify: @fastify/aws-lambda', everywhere],
]

const streamedRaces: readonly Race[] = [
  [ofStreams[0], 'stream, fetch: hono/aws-lambda', everywhere],
  [ofStreams[0], 'stream, fetch: srvx', everywhere],
  [ofStreams[0], 'stream, own router: powertools', everywhere],
  ['stream, express: furlong', 'stream, express: @h4ad/serverless-adapter', everywhere],
  ['stream, fastify: furlong', 'stream, fastify: @fastify/aws-lambda', everywhere],
]

/** @returns the times of all hosts in all scenarios, of the platform's pieces, the weight of modules, and how furlong's cost grows */
export async function run(): Promise<Row[]> {
  await installPeers()
  return [...(await callRows()), ...(await pieceRows()), ...(await weightRows()), ...(await growthRows())]
}

async function callRows(): Promise<Row[]> {
  const all = [...bufferedRows, ...streamedRows].map(({ name }) => name)
  const { lanes, end } = await startWorkers(all)
  try {
    const measured = await interleave(lanes, interleaving)
    return [
      ...comparisons.flatMap((comparison) => compare(measured, comparison, bufferedRows)),
      ...races.flatMap((race) => raceRows(measured, race)),
      ...streamedComparisons.flatMap((comparison) => compare(measured, comparison, streamedRows)),
      ...streamedRaces.flatMap((race) => raceRows(measured, race)),
    ]
  } finally {
    end()
  }
}

function compare(
  measured: Interleaved,
  { scenario, floor, goals }: Comparison,
  rows: readonly { readonly name: string }[],
): Row[] {
  return rows.map(({ name }) => {
    const row: Row = {
      row: laneName(name, scenario),
      value: measured.us(laneName(name, scenario)),
      unit: 'µs',
    }
    if (name === floor) return row
    const xFloor = measured.over((us) => us(laneName(name, scenario)) / us(laneName(floor, scenario)))
    const goal = goals[name]
    return goal === undefined ? { ...row, xFloor } : { ...row, xFloor, goal }
  })
}

function raceRows(measured: Interleaved, [own, peer, timesFaster]: Race): Row[] {
  return [hello, post, large].map((scenario) => {
    const value = measured.over((us) => us(laneName(peer, scenario)) / us(laneName(own, scenario)))
    const row: Row = { row: `${laneName(own, scenario)} x faster than ${peer}`, value, unit: 'x' }
    const atLeast = timesFaster[scenario]
    return atLeast === undefined ? row : { ...row, goal: { atLeast } }
  })
}
