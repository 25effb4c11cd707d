import { execFile } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { UrlCall } from '@furlong/local'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openInBrowser } from '../open-in-browser.ts'
import { renderUrlCall } from '../render/url-call.ts'
import { Place } from '../testing/program.ts'

describe('furlong console', () => {
  let place: Place
  beforeEach(async () => {
    place = await Place.make()
  })
  afterEach(() => place.close())

  it('prints a link that opens the page of a running side', async () => {
    const up = place.start(['up', '--memory', '--port', '0'])
    const [, endpoint = ''] = await up.until('err', /ready on (http:\S+)/)
    const { port } = new URL(endpoint)
    const { code, out } = await place.run('console', '--port', port)
    expect(code).toBe(0)
    const link = new URL(out.trim())
    expect(link.href).toMatch(new RegExp(`^${endpoint}/_furlong/console/#ticket=[\\w-]{32}$`))
    const page = await fetch(link)
    expect(page.status).toBe(200)
    const script = /src="(console-[^"]+\.js)"/.exec(await page.text())?.[1]
    expect((await fetch(new URL(script ?? '', link))).status).toBe(200)
    const json = await place.run('console', '--port', port, '--format', 'json')
    expect(JSON.parse(json.out)).toMatchObject({ opened: null })
    const unknown = await place.run('console', 'nosuch', '--port', port)
    expect(unknown.code).toBe(1)
    expect(unknown.err).toContain("no record 'nosuch'")
  })

  it('says what to do when no side runs', async () => {
    const { code, err, out } = await place.run('console')
    expect([code, out]).toEqual([1, ''])
    expect(err).toContain('No local side is running')
    expect(err).toContain('npx furlong up')
  })
})

describe('openInBrowser()', () => {
  it('hands the link to what opens links, where there is a screen', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'furlong-open-'))
    try {
      const seen = join(folder, 'seen')
      await writeFile(join(folder, 'xdg-open'), `#!/bin/sh\nprintf %s "$1" > "${seen}"\n`)
      await chmod(join(folder, 'xdg-open'), 0o755)
      const env = { PATH: folder, DISPLAY: ':0' }
      expect(await openInBrowser('http://127.0.0.1:1/#a=b&c', env, 'linux')).toBe('xdg-open')
      let text = ''
      while (text === '') {
        await sleep(10)
        text = await readFile(seen, 'utf8').catch(() => '')
      }
      expect(text).toBe('http://127.0.0.1:1/#a=b&c')
      expect(await openInBrowser('x', { PATH: folder }, 'linux')).toBeUndefined()
      expect(
        await openInBrowser('x', { ...env, SSH_CONNECTION: '10.0.0.1 1 10.0.0.2 22' }, 'linux'),
      ).toBeUndefined()
      expect(await openInBrowser('x', { PATH: '', DISPLAY: ':0' }, 'linux')).toBeUndefined()
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
})

describe('renderUrlCall()', () => {
  const call: UrlCall = {
    method: 'GET',
    url: 'http://127.0.0.1:20000/a?b=c&d',
    headers: [],
    region: 'eu-west-1',
    isSigned: true,
  }

  it('writes what curl, furlong and a module would send', () => {
    const { curl, furlong, fetch } = renderUrlCall(call)
    expect(furlong).toBe("npx furlong call 'http://127.0.0.1:20000/a?b=c&d'")
    expect(curl).toContain('--aws-sigv4 aws:amz:eu-west-1:lambda')
    expect(curl).toContain('"$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY"')
    expect(fetch).toContain('createSignedFetch({ region: "eu-west-1" })')
    expect(renderUrlCall({ ...call, isSigned: false })).toMatchObject({
      curl: "curl 'http://127.0.0.1:20000/a?b=c&d'",
      furlong: expect.stringContaining('--unsigned') as string,
      fetch: expect.stringMatching(/^const response = await fetch\(/) as string,
    })
  })

  it('says where curl signs otherwise than AWS reads', () => {
    const write = (target: string): string =>
      renderUrlCall({ ...call, url: `http://127.0.0.1:20000${target}` }).curl
    for (const target of ['/a%20b', '/a//b', '/?b=1&a=2', '/?flag', '/?q=a+b', '/?q=%2f', '/?a=2&a=1'])
      expect(write(target), target).toMatch(/^# .*furlong call.*\ncurl /)
    for (const target of ['/', '/a', '/?q=a%20b', '/?a=1&a=2&b=', '/?a=1&a-=1'])
      expect(write(target), target).toMatch(/^curl /)
  })

  it('sends bytes that are no text, and says what it leaves out', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, at) => at)
    const { curl, furlong, fetch } = renderUrlCall({ ...call, method: 'POST', body: bytes })
    for (const command of [curl, furlong]) {
      const [printed = ''] = /^printf .* base64 -d(?= \|)/m.exec(command) ?? []
      const { stdout } = await promisify(execFile)('sh', ['-c', printed], { encoding: 'buffer' })
      expect(stdout.equals(bytes)).toBe(true)
      expect(command).toMatch(/@-$/)
    }
    expect(fetch).toContain(`body: Buffer.from("${Buffer.from(bytes).toString('base64')}", 'base64')`)
    const lost = renderUrlCall({ ...call, method: 'POST', lostBodyBytes: 70_000 })
    expect(lost.curl).toMatch(/^# .* 70000 bytes .*\n/)
    expect(lost.furlong).toMatch(/^# .* 70000 bytes .*\n/)
    expect(lost.fetch).toMatch(/^\/\/ .* 70000 bytes .*\n/)
    expect(renderUrlCall({ ...call, headers: [['cookie', '***']] }).curl).toMatch(/^# .*secret/)
  })

  it('quotes what a shell or a script would read otherwise', () => {
    const hostile = `@'; $(touch /tmp/x) \`y\` "\n</script>`
    const made = renderUrlCall({ ...call, method: 'PUT', headers: [['x-note', hostile]], body: hostile })
    const quoted = `'${hostile.replaceAll("'", "'\\''")}'`
    expect(made.curl).toContain(`--data-raw ${quoted}`)
    expect(made.curl).toContain("-H 'content-type:'")
    expect(made.furlong).toBe(
      `printf %s ${quoted} | npx furlong call '${call.url}' -X PUT -H '${`x-note: ${hostile}`.replaceAll("'", "'\\''")}' -d @-`,
    )
    expect(made.fetch).toContain(`body: ${JSON.stringify(hostile)}`)
  })
})
