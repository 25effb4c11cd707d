import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { gzipSync } from 'node:zlib'
import { type Local, startLocal } from '@furlong/local'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type BuiltPage,
  createLink,
  executablePath,
  openPage,
  type Opened,
  type Opening,
  openWindow,
  type Tab,
} from './testing/browser.ts'
import { play, type PlayedName, type Scene, send } from './testing/scene.ts'
import { setStage, type Stage } from './testing/stage.ts'

const ordersArn = 'arn:aws:lambda:us-east-1:111122223333:function:orders'
const functionPlace = (arn: string): string => `/functions/${encodeURIComponent(arn)}`
/** What the clipboard holds. */
const readClipboard = (tab: Page): Promise<string> => tab.evaluate('navigator.clipboard.readText()')
const rowsOf = (tab: Page): Locator => tab.getByRole('row')

describe.skipIf(executablePath === undefined)('the page', () => {
  let stage: Stage
  let built: BuiltPage
  let browser: Browser
  let scene: Scene
  let ids: Readonly<Record<PlayedName, string>>

  beforeAll(async () => {
    stage = await setStage()
    ;({ built, browser, scene } = stage)
    ids = await play(scene)
  }, 90_000)

  afterAll(() => stage?.close())

  /** Windows that nobody looks into: to open one takes longer than most tests. */
  const windows = new Map<string, Tab>()

  /** Opens the page, and holds that nothing went wrong in it. */
  async function visit(
    place: string,
    look: (tab: Page) => Promise<void>,
    opening: Opening = {},
    local: Local = scene.local,
  ): Promise<void> {
    const kind = JSON.stringify(opening)
    const window = windows.get(kind) ?? (await openWindow(browser, opening))
    // One in which something went wrong is not used again.
    windows.delete(kind)
    await window.open(local, place)
    await look(window.tab)
    expect(window.troubles).toEqual([])
    await window.tab.evaluate('localStorage.clear(); sessionStorage.clear()')
    await window.tab.goto('about:blank')
    windows.set(kind, window)
  }

  describe('Requests', () => {
    it('shows what a request was and what became of it', () =>
      visit('/requests', async (tab) => {
        const row = tab.locator(`#row-${ids.halfGranted}`)
        await row.waitFor()
        const text = await row.innerText()
        for (const part of ['403', 'GET', '/book?page=1', 'orders', 'user/invoice-service', 'ms'])
          expect(text).toContain(part)
        expect(await row.getByRole('img').getAttribute('aria-label')).toBe('refused at authorize')
        expect(await row.locator('.gate.refused').count()).toBe(1)
        expect(await row.locator('.gate').count()).toBe(7)
      }))

    it('shows a new one the moment it is answered', () =>
      visit('/requests', async (tab) => {
        await tab.getByText('live', { exact: true }).waitFor()
        await send(`${scene.urls.orders}just-now`, { credentials: scene.keys.granted })
        await tab.getByRole('row').filter({ hasText: '/just-now' }).waitFor()
        expect(await rowsOf(tab).first().innerText()).toContain('/just-now')
      }))

    it('lets new ones wait while it is paused, and takes them in again', () =>
      visit('/requests?function=reports', async (tab) => {
        await tab.getByText('live', { exact: true }).waitFor()
        await tab.getByRole('button', { name: 'Pause' }).click()
        await send(`${scene.urls.reports}while-paused`, { credentials: scene.keys.granted })
        const goOn = tab.getByRole('button', { name: /Go on \([1-9]/ })
        await goOn.waitFor()
        expect(await tab.getByText('/while-paused').count()).toBe(0)
        await goOn.click()
        await tab.getByText('/while-paused').waitFor()
      }))

    it.each([
      ['Any function', 'broken', 'function=broken', /^502/],
      ['Any status', '404', 'status=404', /^404/],
      ['Any status', 'refused', 'status=refused', /^(?:403|502)/],
      ['Any gate', 'authenticate', 'gate=authenticate', /^403/],
      ['Any kind', 'api', 'kind=api', /^2\d\d/],
      ['Any caller', 'arn:aws:iam::444455556666:user/partner-service', 'caller=arn', /^403/],
    ] as const)('filters by %s: %s', (label, value, address, status) =>
      visit('/requests', async (tab) => {
        await tab.locator(`#row-${ids.unsigned}`).waitFor()
        await tab.getByLabel(label).selectOption(value)
        await tab.waitForURL(new RegExp(`#/requests\\?${address}`))
        const check = async (): Promise<void> => {
          await tab.getByText(/^\d+ of \d+$/).waitFor()
          const statuses = await tab.locator('.row .status').allInnerTexts()
          expect(statuses.length).toBeGreaterThan(0)
          for (const shown of statuses) expect(shown).toMatch(status)
        }
        await check()
        // The address is enough to see the same again.
        await tab.reload()
        await check()
        await tab.getByRole('button', { name: 'Clear' }).click()
        await tab.waitForURL(/#\/requests$/)
      }),
    )

    it('searches, and says what to do when nothing is found', () =>
      visit('/requests', async (tab) => {
        await tab.getByRole('searchbox').fill('items post')
        await tab.getByText(/^1 of \d+$/).waitFor()
        await tab.getByRole('searchbox').fill('no such thing')
        await tab.getByText('No request matches these filters.').waitFor()
        await tab.getByRole('button', { name: 'Clear the filters' }).click()
        await tab.locator(`#row-${ids.unsigned}`).waitFor()
      }))

    it('is worked by keys alone', () =>
      visit('/requests', async (tab) => {
        await tab.locator(`#row-${ids.broken}`).waitFor()
        const chosen = (): Promise<string | null> =>
          tab.locator('.row[aria-selected=true]').getAttribute('id')
        const newest = await rowsOf(tab).nth(0).getAttribute('id')
        const second = await rowsOf(tab).nth(1).getAttribute('id')
        await tab.keyboard.press('j')
        expect(await chosen()).toBe(newest)
        await tab.keyboard.press('j')
        expect(await chosen()).toBe(second)
        await tab.keyboard.press('k')
        expect(await chosen()).toBe(newest)
        await tab.keyboard.press('Escape')
        await tab.waitForURL(/#\/requests$/)
        await tab.keyboard.press('/')
        await tab.keyboard.type('page=2')
        await tab.waitForURL(/text=page/)
        await tab.keyboard.press('Escape')
        await tab.keyboard.press('Enter')
        await tab.getByRole('heading', { name: /\/book\?page=2/ }).waitFor()
        await tab.keyboard.press('g')
        await tab.keyboard.press('f')
        await tab.getByRole('heading', { name: 'Who may call what' }).waitFor()
        await tab.keyboard.press('g')
        await tab.keyboard.press('p')
        await tab.getByRole('heading', { name: /The last/ }).waitFor()
        await tab.keyboard.press('?')
        const help = tab.getByRole('dialog', { name: 'Keys and marks' })
        await help.waitFor()
        expect(await help.innerText()).toContain('Who calls? The signature.')
        await tab.keyboard.press('Escape')
        await help.waitFor({ state: 'detached' })
        await tab.goBack()
        await tab.getByRole('heading', { name: 'Who may call what' }).waitFor()
      }))

    it('holds a few rows in the document, however many there are', () =>
      visit('/requests', async (tab) => {
        await tab.locator(`#row-${ids.unsigned}`).waitFor()
        const before = Number((await tab.locator('.count').last().innerText()).replaceAll(',', ''))
        const url = `${scene.urls.orders}many`
        await Promise.all(Array.from({ length: 400 }, () => send(url)))
        const enough = (count: number): boolean =>
          Number(document.querySelector('.filters .count:last-child')?.textContent.replaceAll(',', '')) >=
          count
        await tab.waitForFunction(enough, before + 400)
        expect(await rowsOf(tab).count()).toBeLessThan(80)
        const grid = tab.getByRole('grid')
        expect(Number(await grid.getAttribute('aria-rowcount'))).toBeGreaterThanOrEqual(before + 400)
        // What is read stays in its place while others come in.
        await grid.evaluate((element) => element.scrollTo(0, 3_000))
        await tab.locator('.row[aria-rowindex="120"]').waitFor()
        const read = tab.locator(`#${await tab.locator('.row[aria-rowindex="120"]').getAttribute('id')}`)
        const place = await read.boundingBox()
        await send(`${scene.urls.orders}above`)
        await tab.waitForFunction(enough, before + 401)
        expect(await read.getAttribute('aria-rowindex')).toBe('121')
        expect(await read.boundingBox()).toEqual(place)
        // Of so many only the newest come at first; older ones are loaded when the end comes into view.
        await tab.reload()
        await rowsOf(tab).first().waitFor()
        const oldest = async (): Promise<string> => {
          await grid.evaluate((element) => element.scrollTo(0, element.scrollHeight))
          return rowsOf(tab).last().innerText()
        }
        await expect.poll(oldest, { timeout: 15_000 }).toContain('CreateRole')
      }))
  })

  describe('one request', () => {
    it('shows the way it took, gate by gate', () =>
      visit(`/requests/${ids.halfGranted}`, async (tab) => {
        const steps = tab.getByRole('list', { name: 'Gates' }).getByRole('listitem')
        await steps.first().waitFor()
        const texts = await steps.allInnerTexts()
        expect(texts.slice(0, 7).map((text) => text.split('\n')[0])).toEqual([
          'route',
          'preflight',
          'authenticate',
          'authorize',
          'admit',
          'invoke',
          'respond',
        ])
        expect(texts[3]).toMatch(/\d ms[^]*refused/)
        expect(texts[4]).toContain('not asked')
      }))

    it('shows both canonical requests of a changed query, the characters marked', () =>
      visit(`/requests/${ids.changedQuery}`, async (tab) => {
        await tab
          .getByText(/The query was changed after signing/)
          .first()
          .waitFor()
        const [server, client] = [
          tab.locator('.beside td:first-child mark'),
          tab.locator('.beside td:last-child mark'),
        ]
        expect(await server.first().innerText()).toBe('6')
        expect(await client.first().innerText()).toBe('5')
        expect(await tab.locator('.beside').first().innerText()).toContain('page=6&size=20')
      }))

    it('says for the wrong service what to sign for', () =>
      visit(`/requests/${ids.wrongService}`, async (tab) => {
        const verdict = tab.getByRole('alert')
        await verdict.waitFor()
        expect(await verdict.innerText()).toContain(
          "The request is signed for the service 'execute-api', and it was sent to 'lambda'.",
        )
        expect(await verdict.innerText()).toContain('(proved: the signature matches then)')
        expect(await tab.locator('.beside mark').allInnerTexts()).toEqual(['lambda', 'execute-api'])
      }))

    it('shows what the local side built where no mistake is proved', () =>
      visit(`/requests/${ids.wrongSecret}`, async (tab) => {
        await tab.getByRole('heading', { name: 'Canonical request' }).waitFor()
        await tab.getByText('What the client signed is not known').waitFor()
      }))

    it('marks the failing element in the nearest statement', () =>
      visit(`/requests/${ids.mistyped}`, async (tab) => {
        const mark = tab.locator('.statement mark')
        await mark.waitFor()
        expect(await mark.innerText()).toContain('"lambda:FunctionUrlAuthType": "NONE"')
        expect(await tab.locator('.statement .says').innerText()).toBe('the request has AWS_IAM')
        const actions = await tab.locator('.action-head').allInnerTexts()
        expect(actions.map((text) => text.replaceAll(/\s+/g, ' '))).toEqual([
          '✗ lambda:InvokeFunctionUrl not allowed',
          '✓ lambda:InvokeFunction allowed',
        ])
      }))

    it('shows the error, the log, the event and the result of a function', () =>
      visit(`/requests/${ids.broken}`, async (tab) => {
        const part = (title: string): Locator => tab.locator('.section').filter({ hasText: title })
        await part('Error of the function').waitFor()
        expect(await part('Error of the function').innerText()).toContain('"errorType": "TypeError"')
        expect(await part('Log of the function').innerText()).toContain(
          'about to read the order of /orders/17',
        )
        expect(await part('Event, as the function got it').innerText()).toContain('"rawPath": "/orders/17"')
        expect(await part('Request, as it arrived').innerText()).toMatch(/Signature=\*\*\*/)
      }))

    it.each([
      ['halfGranted', '{"Message":"Forbidden. For troubleshooting', 'HTTP/1.1 403 Forbidden'],
      ['wrongService', '{"message":"', 'HTTP/1.1 403 Forbidden'],
      ['broken', 'Internal Server Error', 'HTTP/1.1 502 Bad Gateway'],
    ] as const)('shows the answer as the client got it: %s', (name, body, line) =>
      visit(`/requests/${ids[name]}`, async (tab) => {
        const answer = tab.locator('.section').filter({ hasText: 'Answer, as the client got it' })
        await answer.waitFor()
        expect(await answer.getByRole('group', { name: 'The body of the answer' }).innerText()).toContain(
          body,
        )
        const head = await answer.getByRole('group', { name: 'Answer', exact: true }).innerText()
        expect(head).toContain(line)
        expect(head).toContain(`x-furlong-why: npx furlong explain ${ids[name]}`)
      }),
    )

    it('shows the answer to a replay without leaving the page', () =>
      visit('/requests?function=orders&status=200', async (tab) => {
        await tab.getByRole('row').filter({ hasText: '/book?page=5' }).first().click()
        await tab.getByRole('button', { name: 'Replay', exact: true }).click()
        const outcome = tab.locator('.outcome')
        await outcome.getByText('The answer').click()
        await outcome.getByText('{"path":"/book","query":{"page":"5"}}').waitFor()
        expect(await outcome.innerText()).toContain('content-type: application/json')
      }))

    it('copies a request as curl, as fetch and as furlong, and a fix', () =>
      visit(`/requests/${ids.halfGranted}`, async (tab) => {
        const url = `${scene.urls.orders}book?page=1`
        for (const [name, holds] of [
          ['curl the request as a curl command', '--aws-sigv4'],
          ['fetch the request as code with fetch', 'createSignedFetch'],
          ['furlong the request as a furlong command', 'npx furlong call'],
        ] as const) {
          await tab.getByRole('button', { name }).click()
          await tab.getByRole('button', { name: 'Copied' }).first().waitFor()
          const text = await readClipboard(tab)
          expect(text).toContain(holds)
          expect(text).toContain(url)
        }
        const fix = 'npx furlong grant orders --to arn:aws:iam::111122223333:user/invoice-service'
        await tab.getByRole('button', { name: `Copy ${fix}` }).click()
        await expect.poll(() => readClipboard(tab), { timeout: 15_000 }).toBe(fix)
        await tab.getByText('The same by the AWS CLI').click()
        await tab.getByText('aws lambda add-permission').waitFor()
      }))

    it('replays a request', () =>
      visit(`/requests/${ids.changedQuery}`, async (tab) => {
        await tab.getByRole('button', { name: 'Replay', exact: true }).click()
        await tab.getByText(/Replayed as user\/checkout-service: 200/).waitFor()
        await tab.getByRole('link', { name: /Open request/ }).click()
        await tab.getByRole('heading', { name: /^200 GET \/book\?page=6&size=20/ }).waitFor()
      }))

    it('edits and replays a request as a chosen caller', () =>
      visit(`/requests/${ids.stranger}`, async (tab) => {
        await tab.getByRole('button', { name: 'Edit…' }).click()
        const dialog = tab.getByRole('dialog', { name: 'Edit and replay' })
        await dialog.getByLabel('Signed as').selectOption('arn:aws:iam::111122223333:user/checkout-service')
        await dialog.getByLabel('Method').fill('PUT')
        await dialog.getByLabel(/^Path and query/).fill('/edited?by=hand')
        await dialog.getByLabel(/^Headers/).fill('no header at all')
        await dialog.getByRole('button', { name: 'Send' }).click()
        await dialog.getByText('“no header at all” is no header').waitFor()
        await dialog.getByLabel(/^Headers/).fill('content-type: text/plain\nx-note: edited')
        await dialog.getByRole('textbox', { name: 'Body' }).fill('a new body')
        await dialog.getByRole('button', { name: 'Send' }).click()
        await tab.getByText(/Replayed as user\/checkout-service: 200/).waitFor()
        await tab.getByRole('link', { name: /Open request/ }).click()
        await tab.getByRole('heading', { name: /PUT \/edited\?by=hand/ }).waitFor()
        const arrived = await tab
          .locator('.section')
          .filter({ hasText: 'Request, as it arrived' })
          .innerText()
        expect(arrived).toContain('x-note: edited')
        expect(arrived).toContain('a new body')
      }))

    it.each(['Control+Enter', 'Meta+Enter'])('sends an edited request by %s', (keys) =>
      visit(`/requests/${ids.stranger}`, async (tab) => {
        await tab.getByRole('button', { name: 'Edit…' }).click()
        const dialog = tab.getByRole('dialog', { name: 'Edit and replay' })
        const body = dialog.getByRole('textbox', { name: 'Body' })
        await body.fill('a line')
        await body.press('Enter')
        expect(await body.inputValue()).toBe('a line\n')
        await body.press(keys)
        await dialog.waitFor({ state: 'detached' })
        await tab.getByText(/Replayed as user\/curious-colleague: 403/).waitFor()
      }),
    )

    it('applies a fix, and replays the request', () =>
      visit(`/requests/${ids.halfGranted}`, async (tab) => {
        await tab.getByRole('button', { name: 'Apply and replay' }).click()
        await tab.getByText(/Replayed as user\/invoice-service: 200/).waitFor()
        expect(await tab.locator('.steps').innerText()).toMatch(/lambda:AddPermission .*: done/)
        const policy = await scene.lambda.getPolicy({ FunctionName: 'orders' })
        expect(policy.Policy).toContain('InvokedViaFunctionUrl')
        expect((await send(`${scene.urls.orders}again`, { credentials: scene.keys.half })).status).toBe(200)
      }))

    it('says so when there is no such request', async () => {
      const opened = await openPage(browser, scene.local, '/requests/zzzz')
      await opened.tab.getByText('Request zzzz cannot be shown.').waitFor()
      await opened.tab.getByRole('button', { name: 'Back to the list' }).click()
      await opened.tab.waitForURL(/#\/requests$/)
      await opened.close()
    })
  })

  describe('Functions', () => {
    it('shows a function with its URL, policy, environments, log and configuration', () =>
      visit(functionPlace(ordersArn), async (tab) => {
        const part = (title: string): Locator =>
          tab.locator('.section').filter({ has: tab.getByRole('heading', { name: title, exact: true }) })
        await part('Function URLs').waitFor()
        expect(await part('Function URLs').innerText()).toContain(scene.urls.orders)
        await tab.getByRole('button', { name: 'Copy the URL' }).click()
        expect(await readClipboard(tab)).toBe(scene.urls.orders)
        const policy = part('Resource-based policy')
        await policy.getByText('url-checkout-service · Allow').click()
        await policy.getByText('"lambda:InvokeFunctionUrl"').first().waitFor()
        await part('Execution environments')
          .getByText(/idle|frozen|busy/)
          .first()
          .waitFor()
        expect(await part('Configuration').innerText()).toMatch(/Runtime\s+nodejs24.x/)
        const log = tab.getByRole('log')
        await send(`${scene.urls.orders}seen-in-the-log`, { credentials: scene.keys.granted })
        await log.getByText('order /seen-in-the-log').waitFor()
        await tab.getByRole('link', { name: 'Its requests' }).click()
        await tab.waitForURL(/#\/requests\?function=orders/)
      }))

    it('draws who may call what, and names the permission that is missing', () =>
      visit('/functions', async (tab) => {
        const edge = (name: RegExp): Locator => tab.getByRole('button', { name })
        await edge(/checkout-service of 111122223333 and orders: granted/).waitFor()
        await edge(/nightly-batch of 111122223333 and orders: half-granted, no InvokeFunctionUrl/).waitFor()
        await edge(/everybody, unsigned and public: granted/).waitFor()
        expect(await tab.locator('.edge-label').allTextContents()).toContain('no InvokeFunctionUrl')
        expect(await edge(/curious-colleague .* and/).count()).toBe(0)
      }))

    it('says why a pair is as it is, grants it and revokes it', () =>
      visit('/functions', async (tab) => {
        await tab
          .getByLabel('Caller', { exact: true })
          .selectOption('arn:aws:iam::111122223333:user/curious-colleague')
        await tab.getByLabel('Function URL', { exact: true }).selectOption({ label: 'reports' })
        await tab.getByText(/User curious-colleague may not call the function URL of reports/).waitFor()
        await tab.getByRole('button', { name: 'Grant', exact: true }).click()
        await tab.getByText(/curious-colleague may call/).waitFor()
        const edge = tab.getByRole('button', { name: /curious-colleague of \d+ and reports: granted/ })
        await edge.waitFor()
        const asked = { credentials: scene.keys.stranger }
        expect((await send(`${scene.urls.reports}granted`, asked)).status).toBe(200)
        // Its own address: a pair can be shared.
        await tab.reload()
        await tab.getByRole('button', { name: 'Revoke' }).click()
        await tab.getByText(/curious-colleague may not call/).waitFor()
        await edge.waitFor({ state: 'detached' })
        expect((await send(`${scene.urls.reports}revoked`, asked)).status).toBe(403)
      }))

    it('follows a line of the picture by pointer and by key', () =>
      visit('/functions', async (tab) => {
        await tab.locator('.edge-label').filter({ hasText: 'no InvokeFunctionUrl' }).click()
        await tab
          .getByText(/is for AuthType NONE/)
          .first()
          .waitFor()
        const edge = tab.getByRole('button', { name: /checkout-service of \d+ and broken: granted/ })
        await edge.focus()
        await tab.keyboard.press('Enter')
        await tab.getByText(/checkout-service may call the function URL of broken/).waitFor()
        await tab.getByRole('button', { name: 'everybody', exact: true }).click()
        await tab.waitForURL(/caller=%2A|caller=\*/)
      }))
  })

  describe('Plots', () => {
    it('shows the last minutes, and goes on', () =>
      visit('/plots', async (tab) => {
        await tab.getByRole('heading', { name: 'The last 5 minutes' }).waitFor()
        expect(await tab.locator('canvas').count()).toBe(10)
        const label = tab.getByRole('img', { name: /^Refused at authenticate: [1-9]/ })
        await label.waitFor()
        const count = async (): Promise<number> =>
          Number(/[\d,]+$/.exec((await label.getAttribute('aria-label')) ?? '')?.[0].replaceAll(',', ''))
        const before = await count()
        await send(scene.urls.orders)
        await expect.poll(count, { timeout: 15_000 }).toBeGreaterThan(before)
        await tab.getByRole('button', { name: '1 min' }).click()
        await tab.getByRole('heading', { name: 'The last minute' }).waitFor()
        await tab.waitForURL(/minutes=1$/)
        await tab.getByRole('link', { name: 'authorize' }).click()
        await tab.waitForURL(/#\/requests\?gate=authorize/)
      }))
  })

  describe('what comes from outside', () => {
    const script = '<img src=x onerror="globalThis.hacked=1"><script>globalThis.hacked=1</script>'

    it.each(['header', 'path', 'body'] as const)('is text: script in a %s', async (where) => {
      const encoded = encodeURIComponent(script)
      await send(`${scene.urls.orders}${where === 'path' ? `${script}?q=${script}` : where}?from=${where}`, {
        method: 'POST',
        credentials: scene.keys.granted,
        body: where === 'body' ? script : 'x',
        headers: where === 'header' ? { 'x-note': script, 'user-agent': script } : {},
      })
      await visit(`/requests?text=from%3D${where}`, async (tab) => {
        const row = rowsOf(tab).first()
        await row.waitFor()
        await row.click()
        const part = tab.locator('.section').filter({ hasText: 'Event, as the function got it' })
        await part.waitFor()
        expect(await part.innerText()).toMatch(
          where === 'path' ? new RegExp(encoded.slice(0, 12), 'i') : /<img src=x/,
        )
        await expectHarmless(tab)
      })
    })

    it('is text: script as the name of a function', async () => {
      await scene.lambda.getFunction({ FunctionName: script }).catch(() => undefined)
      await scene.lambda
        .createFunction({ FunctionName: script, Role: 'r', Code: { ZipFile: Buffer.from('x') } })
        .catch(() => undefined)
      await visit('/requests?kind=api&status=4xx', async (tab) => {
        const row = rowsOf(tab).first()
        await row.waitFor()
        await row.click()
        await tab.getByText('<img src=x').first().waitFor()
        await expectHarmless(tab)
      })
    })

    async function expectHarmless(tab: Page): Promise<void> {
      expect(await tab.evaluate('globalThis.hacked')).toBeUndefined()
      expect(await tab.locator('body img, body script').count()).toBe(0)
    }
  })

  describe('everywhere', () => {
    const places = (): readonly string[] => [
      '/requests',
      `/requests/${ids.wrongService}`,
      `/requests/${ids.mistyped}`,
      `/requests/${ids.broken}`,
      '/functions?caller=*',
      functionPlace(ordersArn),
      '/plots',
    ]
    const settle = async (tab: Page): Promise<void> => {
      await tab.getByText('live', { exact: true }).waitFor()
      await tab
        .locator('.row:visible, .section:visible, .function-item:visible, .drawing:visible, .plot:visible')
        .first()
        .waitFor()
    }
    /** Goes through all of them in one window. */
    const tour = (look: (tab: Page, place: string) => Promise<void>, opening: Opening): Promise<void> =>
      visit(
        '/requests',
        async (tab) => {
          for (const place of places()) {
            await tab.evaluate((hash) => {
              location.hash = hash
            }, place)
            await settle(tab)
            await look(tab, place)
          }
        },
        opening,
      )

    it.each([400, 900, 1440])('fits in %i pixels', (width) =>
      tour(
        async (tab, place) => {
          const beyond = await tab.evaluate(() =>
            [...document.querySelectorAll('body *')]
              .filter(
                (element) => element.closest('.clip, .virtual, .edge, select, canvas, .u-wrap') === null,
              )
              .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
              .map((element) => element.outerHTML.slice(0, 120)),
          )
          expect(beyond, place).toEqual([])
        },
        { width },
      ),
    )

    it.each(['light', 'dark'] as const)(
      'breaks no rule of accessibility: %s',
      async (colorScheme) => {
        const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
        await tour(
          async (tab, place) => {
            await tab.evaluate(axe)
            const { violations } = (await tab.evaluate('axe.run()')) as {
              violations: { id: string; nodes: { html: string; failureSummary: string }[] }[]
            }
            const found = violations.flatMap(({ id, nodes }) =>
              nodes.map(({ html, failureSummary }) => [id, html.slice(0, 200), failureSummary]),
            )
            expect(found, place).toEqual([])
          },
          { colorScheme },
        )
      },
      90_000,
    )

    it('moves nothing for those who want no motion', () =>
      visit(
        '/requests',
        async (tab) => {
          await settle(tab)
          const duration = await rowsOf(tab)
            .first()
            .evaluate((element) => getComputedStyle(element).transitionDuration)
          expect(duration).toBe('0s')
        },
        { reducedMotion: 'reduce' },
      ))

    it('changes its theme, and keeps it', () =>
      visit('/requests', async (tab) => {
        await settle(tab)
        const ground = (): Promise<string> =>
          tab.evaluate(() => getComputedStyle(document.body).backgroundColor)
        const light = await ground()
        await tab.getByRole('button', { name: /^Theme: system/ }).click()
        await tab.getByRole('button', { name: /^Theme: light/ }).click()
        await tab.getByRole('button', { name: /^Theme: dark/ }).waitFor()
        expect(await ground()).not.toBe(light)
        await tab.reload()
        await tab.getByRole('button', { name: /^Theme: dark/ }).waitFor()
      }))

    it('weighs less than 100 KB, packed', async () => {
      const names = await readdir(built.page.folder)
      const sizes = await Promise.all(
        names
          .filter((name) => !/\.(?:gz|br)$/.test(name))
          .map(async (name) => gzipSync(await readFile(`${built.page.folder}/${name}`)).length),
      )
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(100 * 1024)
    })
  })

  describe('without anything', () => {
    it.each([
      ['/requests', 'No request yet.', 'npx furlong deploy app.ts'],
      ['/functions', 'No function yet.', 'npx furlong deploy app.ts'],
      ['/plots', 'Nothing was called since the local side started.', 'npx furlong call'],
    ])('%s says what to do next', async (place, title, command) => {
      await using local = await startLocal({ memory: true, page: built.page })
      await visit(
        place,
        async (tab) => {
          await tab.getByText(title).waitFor()
          await tab.getByText(command).waitFor()
        },
        {},
        local,
      )
    })

    it('says how to open it when its link was used', async () => {
      const context = await browser.newContext()
      const tab = await context.newPage()
      const link = await createLink(scene.local)
      await tab.goto(link)
      await tab.getByText('live', { exact: true }).waitFor()
      expect(tab.url()).not.toContain('ticket')
      await context.close()
      const other = await browser.newContext()
      const late = await other.newPage()
      await late.goto(link)
      await late.getByText('This page needs a link of its own.').waitFor()
      await other.close()
    })

    it('says that the local side is gone, and goes on when it is back', async () => {
      const local = await startLocal({ memory: true, page: built.page })
      let opened: Opened | undefined
      try {
        opened = await openPage(browser, local)
        await opened.tab.getByText('live', { exact: true }).waitFor()
        await local.close()
        await opened.tab.getByText('reconnecting').waitFor()
        // Another side at the same port knows nothing of this page's token.
        await using _again = await startLocal({ memory: true, page: built.page, port: local.port })
        await opened.tab.getByText('This page needs a link of its own.').waitFor()
      } finally {
        await opened?.close()
        await local.close()
      }
    })
  })
})
