/**
 * What the platform's own objects cost alone, beside the floors: no adapter that gives an application a real Request and takes
 * a real Response can do with less.
 */
import { picture, pictureType } from './hosts/events.ts'
import { interleave, type Lane, repeat, repeatAsync } from './interleave.ts'
import type { Row } from './report.ts'

const interleaving = { rounds: 21, sliceMs: 10 } as const

const url = 'https://abcdefghijklmnopqrstuvwxyz012345.lambda-url.us-west-2.on.aws/hello?page=1'
const pictureInit = { headers: { 'content-type': pictureType } }

const createPicture = (): Response => new Response(picture as Uint8Array<ArrayBuffer>, pictureInit)

/** The cheapest way there is to a body that is one piece: two reads, and no copy. */
async function read(response: Response): Promise<Uint8Array> {
  const reader = response.body?.getReader()
  const first = await reader?.read()
  await reader?.read()
  return first?.value ?? new Uint8Array(0)
}

// Awaited also where there is nothing to wait for: what a body's stream has begun is done between two of them.
const lanes: readonly Lane[] = [
  { name: 'new Request(url)', run: repeat(() => new Request(url)) },
  { name: 'Response.json()', run: repeatAsync(async () => Response.json({ hello: 'world' })) },
  {
    name: 'Response.json(), and its body read',
    run: repeatAsync(() => read(Response.json({ hello: 'world' }))),
  },
  { name: 'Response.json(), and text()', run: repeatAsync(() => Response.json({ hello: 'world' }).text()) },
  { name: 'base64 of 1 MB', run: repeat(() => picture.toString('base64')) },
  { name: 'new Response() of 1 MB', run: repeatAsync(async () => createPicture()) },
  { name: 'new Response() of 1 MB, and its body read', run: repeatAsync(() => read(createPicture())) },
]

/** @returns the time of each piece */
export async function pieceRows(): Promise<Row[]> {
  const measured = await interleave(lanes, interleaving)
  return lanes.map(({ name }) => ({ row: `piece: ${name}`, value: measured.us(name), unit: 'µs' }))
}
