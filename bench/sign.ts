/** Signing, against the bare hashes and against the signers people use. */
import { presign, sign } from '@furlong/sigv4'
import { benchCredentials, benchRegion } from './credentials.ts'
import { type BareHashes, deriveKey, hashBare, hashChained, hashEach, layOut, layOutKey } from './hashes.ts'
import { type Interleaved, interleave, type Lane, repeat, repeatAsync } from './interleave.ts'
import type { Goal, Row } from './report.ts'
import {
  benchService,
  getUnsorted,
  getWithQuery,
  pick,
  postLarge,
  postSmall,
  type Shape,
  signedAt,
} from './requests.ts'
import { assertSigns, furlong, peers, type Signer } from './signers.ts'

const interleaving = { rounds: 31, sliceMs: 25 } as const
const scope = { region: benchRegion, service: benchService } as const

/** The shapes, and how many times its bare hashes furlong may take. */
const shapes: readonly { readonly shape: Shape; readonly goal: Goal; readonly withPeers: boolean }[] = [
  { shape: getWithQuery, goal: { atMost: 2.5 }, withPeers: true },
  { shape: postSmall, goal: { atMost: 2 }, withPeers: true },
  { shape: postLarge, goal: { atMost: 1.1 }, withPeers: true },
  { shape: getUnsorted, goal: { atMost: 5 }, withPeers: false },
]

/** How many times faster than each peer furlong has to be where hashing the body is not most of the work. */
const timesFaster: Readonly<Record<keyof typeof peers, number>> = { aws4: 8, smithy: 9, aws4fetch: 40 }

const parallel = 32
const chained = `${getWithQuery.name}: the bare hashes, each written into the next`
const presigned = 'presign GET, query'
const coldSign = 'GET, query, every key cold'
const coldFloor = 'floor: eight bare hashes of a key'
const aws4fetchParallel = `${getWithQuery.name}: aws4fetch, ${parallel} in flight`

const floorName = ({ name }: Shape): string => `floor: bare hashes, ${name}`
const laneName = ({ name }: Shape, signer: Signer): string => `${name}: ${signer.name}`

/** @returns furlong's, the peers' and the floors' times, and their ratios */
export async function run(): Promise<Row[]> {
  await assertAllSign()
  const lanes = [...shapes.flatMap(shapeLanes), ...presignLanes(), ...coldLanes()]
  const measured = await interleave(lanes, interleaving)
  return [
    ...shapes.flatMap((row) => shapeRows(measured, row)),
    ...ratioRows(measured, presigned, `floor: bare hashes, ${presigned}`),
    ...coldRows(measured),
  ]
}

async function assertAllSign(): Promise<void> {
  for (const { shape, withPeers } of shapes) {
    for (const signer of withPeers ? [furlong, ...Object.values(peers)] : [furlong]) {
      for (const [index, request] of shape.pool.entries()) {
        await assertSigns(signer, request, signedAt(index, shape))
      }
    }
  }
}

function shapeLanes({ shape, withPeers }: (typeof shapes)[number]): Lane[] {
  const lanes = [...floorLanes(shape), signerLane(shape, furlong)]
  if (!withPeers) return lanes
  for (const peer of Object.values(peers)) lanes.push(signerLane(shape, peer))
  if (shape === getWithQuery)
    lanes.push({ ...signerLane(shape, peers.aws4fetch, parallel), name: aws4fetchParallel })
  return lanes
}

function signerLane(shape: Shape, signer: Signer, inFlight = 1): Lane {
  const work = (index: number): unknown => signer.sign(pick(shape, index), signedAt(index, shape))
  const isAsync = work(0) instanceof Promise
  return {
    name: laneName(shape, signer),
    run: isAsync ? repeatAsync(work as (index: number) => Promise<unknown>, inFlight) : repeat(work),
  }
}

function floorLanes(shape: Shape): Lane[] {
  const pool = shape.pool.map((request, index) => {
    const now = signedAt(index, shape)
    const { method, url, headers, body } = request
    const given = body === undefined ? { method, url, headers } : { method, url, headers, body }
    const signed = sign(given, { credentials: benchCredentials, ...scope, now })
    const bare = layOut(signed, warmKey, body)
    assertSame(hashBare(bare), /[^=]*$/.exec(signed.headers.at(-1)?.[1] ?? '')?.[0])
    assertSame(hashChained(bare), hashBare(bare))
    return bare
  })
  const lanes = [bareLane(floorName(shape), pool, hashBare)]
  if (shape === getWithQuery) lanes.push(bareLane(chained, pool, hashChained))
  return lanes
}

const warmKey = deriveKey({
  ...scope,
  secretAccessKey: benchCredentials.secretAccessKey,
  date: '20261122',
})

function bareLane(name: string, pool: readonly BareHashes[], work: (bare: BareHashes) => string): Lane {
  return { name, run: repeat((index) => work(pool[index % pool.length] as BareHashes)) }
}

function assertSame(hashed: string, signature: string | undefined): void {
  if (hashed !== signature) throw new Error('The bare hashes are not those of the signature.')
}

function presignLanes(): Lane[] {
  const work = (index: number): ReturnType<typeof presign> => {
    const { method, url } = pick(getWithQuery, index)
    const now = signedAt(index, getWithQuery)
    return presign({ method, url }, { credentials: benchCredentials, ...scope, now, expiresInSeconds: 300 })
  }
  const floor = getWithQuery.pool.map((_, index) => {
    const signed = work(index)
    const bare = layOut(signed, warmKey)
    assertSame(hashBare(bare), /[^=]*$/.exec(signed.url)?.[0])
    return bare
  })
  return [
    { name: presigned, run: repeat(work) },
    bareLane(`floor: bare hashes, ${presigned}`, floor, hashBare),
  ]
}

/** More credentials than any cache keeps, so that each comes back cold. */
const coldCredentials = Array.from({ length: 4096 }, (_, index) => ({
  accessKeyId: `AKIDEXAMPLE${10_000 + index}`,
  secretAccessKey: `wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPL${10_000 + index}`.slice(-40),
}))

function coldLanes(): Lane[] {
  const keys = coldCredentials.map(({ secretAccessKey }) =>
    layOutKey({ ...scope, secretAccessKey, date: '20261122' }),
  )
  const work = (index: number): unknown => {
    const { method, url } = pick(getWithQuery, index)
    const credentials = coldCredentials[index % coldCredentials.length] as typeof benchCredentials
    return sign({ method, url }, { credentials, ...scope, now: signedAt(index, getWithQuery) })
  }
  return [
    { name: coldFloor, run: repeat((index) => hashEach(keys[index % keys.length] as Buffer[])) },
    { name: coldSign, run: repeat(work) },
  ]
}

function shapeRows(measured: Interleaved, { shape, goal, withPeers }: (typeof shapes)[number]): Row[] {
  const own = laneName(shape, furlong)
  const rows = ratioRows(measured, own, floorName(shape), goal)
  if (!withPeers) return rows
  const others = Object.values(peers).map((peer) => laneName(shape, peer))
  if (shape === getWithQuery) others.push(chained, aws4fetchParallel)
  for (const other of others) rows.push(ratioRow(measured, other, floorName(shape)))
  for (const [key, peer] of Object.entries(peers) as [keyof typeof peers, Signer][]) {
    const row = fasterRow(measured, own, laneName(shape, peer), `${shape.name}: x faster than ${peer.name}`)
    rows.push(shape === postLarge ? row : { ...row, goal: { atLeast: timesFaster[key] } })
  }
  if (shape !== getWithQuery) return rows
  const faster = `${shape.name}: x faster than aws4fetch, ${parallel} in flight`
  return [...rows, fasterRow(measured, own, aws4fetchParallel, faster)]
}

function fasterRow(measured: Interleaved, own: string, other: string, row: string): Row {
  return { row, value: measured.over((us) => us(other) / us(own)), unit: 'x' }
}

function coldRows(measured: Interleaved): Row[] {
  const warm = laneName(getWithQuery, furlong)
  return [
    { row: coldFloor, value: measured.us(coldFloor), unit: 'µs' },
    { row: coldSign, value: measured.us(coldSign), unit: 'µs' },
    {
      row: 'cold key: what it adds to a warm one',
      value: measured.over((us) => us(coldSign) - us(warm)),
      unit: 'µs',
      xFloor: measured.over((us) => (us(coldSign) - us(warm)) / us(coldFloor)),
      goal: { atMost: 1.2 },
    },
  ]
}

function ratioRows(measured: Interleaved, lane: string, floor: string, goal?: Goal): Row[] {
  const row = ratioRow(measured, lane, floor)
  return [{ row: floor, value: measured.us(floor), unit: 'µs' }, goal === undefined ? row : { ...row, goal }]
}

function ratioRow(measured: Interleaved, lane: string, floor: string): Row {
  return {
    row: lane,
    value: measured.us(lane),
    unit: 'µs',
    xFloor: measured.over((us) => us(lane) / us(floor)),
  }
}
