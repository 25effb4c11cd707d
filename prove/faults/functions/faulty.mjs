/** Misbehaves as the path says. */
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'

if (process.env.INIT_MS !== undefined) await wait(Number(process.env.INIT_MS))

const commands = {
  '/ok': async () => ({ pid: process.pid }),
  '/exit': () => process.exit(3),
  '/abort': () => process.abort(),
  '/hang': () => {
    for (;;);
  },
  '/sleep': () => wait(60_000),
  // Children that leave their group, and do not end by themselves.
  '/fork': async () => {
    for (let left = 20; left > 0; left -= 1) {
      spawn('sleep', ['600'], { detached: true, stdio: 'ignore' }).unref()
      spawn('sleep', ['600'], { stdio: 'ignore' }).unref()
    }
    return 'forked'
  },
  '/fill': async () => {
    for (let file = 0; file < 24; file += 1) writeFileSync(`/tmp/fill-${file}`, Buffer.alloc(4 * 1024 * 1024))
    return 'filled'
  },
  '/memory': async () => {
    const held = []
    for (;;) {
      held.push(Buffer.alloc(16 * 1024 * 1024, 1))
      await wait(1)
    }
  },
  '/large': async () => 'x'.repeat(7 * 1024 * 1024),
  '/log': async () => {
    for (let line = 0; line < 50_000; line += 1) process.stdout.write(`line ${line}\n`)
    return 'logged'
  },
  '/late': async () => {
    setTimeout(() => process.exit(4), 5)
    return 'answered'
  },
}

export const handler = async (event) => commands[event.rawPath]()

export const streamer = awslambda.streamifyResponse(async (_event, stream) => {
  const out = awslambda.HttpResponseStream.from(stream, {
    statusCode: 200,
    headers: { 'x-pid': String(process.pid) },
  })
  for (;;) {
    if (!out.write(Buffer.alloc(65_536, 120))) await new Promise((done) => out.once('drain', done))
  }
})
