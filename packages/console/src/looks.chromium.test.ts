/** Nothing is cut off, covered or told by a colour alone, with long names, many functions, and colours of the system's own. */
import type { Browser, Locator, Page } from 'playwright-core'
import { strToU8, zipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type BuiltPage, executablePath, lookAt, type Opening } from './testing/browser.ts'
import { type Scene, send, setScene } from './testing/scene.ts'
import { setStage, type Stage } from './testing/stage.ts'

const functionPlace = (name: string): string =>
  `/functions/${encodeURIComponent(`arn:aws:lambda:us-east-1:111122223333:function:${name}`)}`

interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

const overlap = (one: Box, other: Box): boolean =>
  one.x < other.x + other.width &&
  other.x < one.x + one.width &&
  one.y < other.y + other.height &&
  other.y < one.y + one.height

async function readBoxes(all: Locator): Promise<Box[]> {
  const boxes = await Promise.all((await all.all()).map((one) => one.boundingBox()))
  return boxes.filter((box) => box !== null)
}

/** Pixels of a plot that are much more blue than red. */
function countAccent(tab: Page, title: string): Promise<number> {
  return tab
    .locator('.plot')
    .filter({ hasText: title })
    .locator('canvas')
    .evaluate((element) => {
      const canvas = element as HTMLCanvasElement
      const { data = [] } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? {}
      let count = 0
      for (let at = 0; at < data.length; at += 4)
        if ((data[at + 3] ?? 0) > 200 && (data[at + 2] ?? 0) - (data[at] ?? 0) > 100) count += 1
      return count
    })
}

describe.skipIf(executablePath === undefined)('the looks', () => {
  let stage: Stage
  let built: BuiltPage
  let browser: Browser
  let scene: Scene

  beforeAll(async () => {
    stage = await setStage()
    ;({ built, browser, scene } = stage)
    const { lambda, local } = scene
    const Code = { ZipFile: zipSync({ 'index.mjs': strToU8('export const handler = () => {}') }) }
    const Role = 'arn:aws:iam::111122223333:role/orders-role'
    for (let at = 10; at < 30; at += 1)
      await lambda.createFunction({
        FunctionName: `service-${at}`,
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Role,
        Code,
      })
    const half = {
      Action: 'lambda:InvokeFunctionUrl',
      Principal: `arn:aws:iam::${local.accounts[0]?.accountId}:user/invoice-service`,
      FunctionUrlAuthType: 'AWS_IAM',
      StatementId: 'half',
    } as const
    for (const FunctionName of ['reports', 'broken']) await lambda.addPermission({ FunctionName, ...half })
    const abroad = [
      ['reports', `arn:aws:iam::${local.accounts[1]?.accountId}:user/partner-service`],
      ['orders', '999988887777'],
    ] as const
    for (const [FunctionName, Principal] of abroad) {
      const named = { FunctionName, Principal }
      await lambda.addPermission({
        ...named,
        StatementId: 'abroad-url',
        Action: 'lambda:InvokeFunctionUrl',
        FunctionUrlAuthType: 'AWS_IAM',
      })
      await lambda.addPermission({
        ...named,
        StatementId: 'abroad-invoke',
        Action: 'lambda:InvokeFunction',
        InvokedViaFunctionUrl: true,
      })
    }
  })
  afterAll(() => stage?.close())

  async function look(place: string, at: (tab: Page) => Promise<void>, opening?: Opening): Promise<void> {
    expect(await lookAt(browser, scene.local, place, at, opening)).toEqual([])
  }

  describe('requests', () => {
    it('have their marks in line, whichever gate refused', async () => {
      await send(`${scene.local.endpoint}/_url/nosuchurl/`)
      await send(scene.urls.orders)
      await look('/requests?status=refused', async (tab) => {
        const rows = tab.getByRole('row')
        await rows.nth(1).waitFor()
        const offsets = await rows.evaluateAll((all) =>
          all.slice(0, 2).map((row) => {
            const [outer, mark] = [row, row.querySelector('.gate:last-child')].map((element) => {
              const { top = 0, height = 0 } = element?.getBoundingClientRect() ?? {}
              return top + height / 2
            })
            return (mark ?? 0) - (outer ?? 0)
          }),
        )
        for (const offset of offsets) expect(Math.abs(offset)).toBeLessThanOrEqual(1)
      })
    })

    it('say where a fault on demand struck', async () => {
      scene.local.faults.add({ kind: 'service-error', status: 500, count: 1 })
      await send(`${scene.urls.orders}struck`, { credentials: scene.keys.granted })
      scene.local.faults.clear()
      await look('/requests?text=struck', async (tab) => {
        await tab
          .getByRole('row')
          .filter({ hasText: '/struck' })
          .getByText('fault', { exact: true })
          .waitFor()
      })
    })

    it('account for all of their time', async () => {
      const { id } = await send(`${scene.urls.orders}timed`, { credentials: scene.keys.stranger })
      await look(`/requests/${id}`, async (tab) => {
        const facts = tab.locator('.facts')
        await facts.waitFor()
        const took = Number(/took ([\d.]+) ms/.exec(await facts.innerText())?.[1])
        const steps = await tab.locator('.step .number').allInnerTexts()
        const sum = steps.reduce((all, text) => all + (Number.parseFloat(text) || 0), 0)
        // Each of the eight is rounded, and what is 100 ms and more to a whole one.
        expect(Math.abs(sum - took)).toBeLessThan(took < 100 ? 0.5 : 5)
      })
    })

    it('show a gate that was asked twice by what it said in the end', async () => {
      const { local, iam } = scene
      await iam.putUserPolicy({
        UserName: 'nightly-batch',
        PolicyName: 'create',
        PolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action: 'lambda:CreateFunction', Resource: '*' }],
        }),
      })
      const answer = await send(`${local.endpoint}/2015-03-31/functions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        credentials: scene.keys.mistyped,
        body: JSON.stringify({
          FunctionName: 'passed-no-role',
          Runtime: 'nodejs24.x',
          Handler: 'index.handler',
          Role: 'arn:aws:iam::111122223333:role/orders-role',
          Code: { ZipFile: Buffer.from(zipSync({ 'index.mjs': strToU8('') })).toString('base64') },
        }),
      })
      expect(answer.status).toBe(403)
      await look(`/requests/${answer.id}`, async (tab) => {
        await tab.getByText('iam:PassRole').first().waitFor()
        expect(await tab.locator('.step.refused .step-name').innerText()).toBe('authorize')
      })
    })

    it('call an event one that no function got, where it was throttled', async () => {
      const limit = { FunctionName: 'reports' }
      await scene.lambda.putFunctionConcurrency({ ...limit, ReservedConcurrentExecutions: 0 })
      const { id, status } = await send(scene.urls.reports, { credentials: scene.keys.granted })
      await scene.lambda.deleteFunctionConcurrency(limit)
      expect(status).toBe(429)
      await look(`/requests/${id}`, async (tab) => {
        await tab.getByRole('heading', { name: 'Event, as the function would have got it' }).waitFor()
        await tab.getByRole('button', { name: 'Copy the event' }).waitFor()
      })
    })

    it('are copied with a body that is no text, and keep it when they are edited', async () => {
      const bytes = Uint8Array.from({ length: 300 }, (_, at) => at)
      await send(`${scene.urls.orders}bytes`, {
        method: 'POST',
        credentials: scene.keys.granted,
        body: bytes,
      })
      await look('/requests?text=%2Fbytes', async (tab) => {
        await tab.getByRole('row').first().click()
        await tab.getByRole('button', { name: 'curl the request as a curl command' }).click()
        await tab.getByRole('button', { name: 'Copied' }).waitFor()
        expect(await tab.evaluate('navigator.clipboard.readText()')).toContain(
          `printf %s ${Buffer.from(bytes).toString('base64')} | base64 -d | curl `,
        )
        await tab.keyboard.press('e')
        await tab.getByText('Body: sent as it was, since it is no text').waitFor()
        await tab.getByRole('button', { name: 'Send' }).click()
        await tab.getByText(/Replayed as user\/checkout-service: 200/).waitFor()
      })
    })
  })

  describe('functions', () => {
    it.each([400, 900, 1440])('have a place for each name and its value: %i pixels', (width) =>
      look(
        functionPlace('orders'),
        async (tab) => {
          await tab.getByText('LastUpdateStatus', { exact: true }).waitFor()
          const cut = await tab
            .locator('dt')
            .evaluateAll((all) =>
              all.filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.textContent),
            )
          expect(cut).toEqual([])
        },
        { width },
      ),
    )

    it('are searched, and chosen by keys in sight', () =>
      look(
        '/functions',
        async (tab) => {
          const items = tab.locator('a.function-item:not(.everything)')
          await items.nth(20).waitFor()
          const all = await items.count()
          for (let at = 0; at < all; at += 1) await tab.keyboard.press('j')
          await tab.waitForURL(/service-29$/)
          const chosen = tab.locator('.function-item[aria-current]')
          expect(await chosen.innerText()).toContain('service-29')
          const box = await chosen.boundingBox()
          expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(600)
          // The way back leads out, not through all of them.
          await tab.goBack()
          await tab.waitForURL(/#\/functions$/)
          await tab.keyboard.press('/')
          await tab.keyboard.type('service 12')
          await expect.poll(() => items.allInnerTexts()).toHaveLength(1)
          await tab.waitForURL(/text=service/)
          await tab.reload()
          await expect.poll(() => items.count()).toBe(1)
        },
        { height: 600 },
      ))

    it('let their picture be reached where there is room for one thing at a time', () =>
      look(
        '/functions',
        async (tab) => {
          await tab.locator('.function-item').nth(20).waitFor()
          expect(await tab.locator('.drawing').count()).toBe(0)
          await tab.getByRole('link', { name: 'Who may call what' }).click()
          const title = tab.getByRole('heading', { name: 'Who may call what' })
          await title.waitFor()
          expect((await title.boundingBox())?.y).toBeLessThan(120)
          await tab.getByLabel('Caller', { exact: true }).selectOption('*')
          const pair = tab.locator('.pair')
          const beyond = await pair.evaluate((box) => box.scrollWidth - box.clientWidth)
          expect(beyond).toBe(0)
          await tab.getByRole('button', { name: 'Back' }).click()
          await title.waitFor({ state: 'detached' })
        },
        { width: 400 },
      ))

    it.each([400, 1440])('name what is missing so that it can be read: %i pixels', (width) =>
      look(
        '/functions',
        async (tab) => {
          if (width < 560) await tab.getByRole('link', { name: 'Who may call what' }).click()
          const labels = tab.locator('.edge-label')
          await labels.first().waitFor()
          const texts = await labels.allTextContents()
          for (const text of ['no InvokeFunction ×3', 'no identity policy', 'account not known here'])
            expect(texts).toContain(text)
          const boxes = await readBoxes(labels)
          expect(boxes).toHaveLength(texts.length)
          const names = await readBoxes(tab.locator('.drawing-node > .clip'))
          for (const [at, one] of boxes.entries()) {
            expect(one.x).toBeGreaterThanOrEqual(0)
            expect(one.x + one.width).toBeLessThanOrEqual(width)
            for (const other of boxes.slice(at + 1)) expect(overlap(one, other)).toBe(false)
            // Text has room above and below its letters.
            const letters = { ...one, y: one.y + 2, height: one.height - 4 }
            for (const other of names)
              expect(overlap(letters, { ...other, y: other.y + 2, height: other.height - 4 })).toBe(false)
          }
        },
        { width },
      ),
    )

    it('say of another account what its policy has to allow, and of one that is not known that it is not', () =>
      look('/functions', async (tab) => {
        const edge = (name: RegExp): Locator => tab.getByRole('button', { name })
        await edge(/partner-service of \d+ and reports: half-granted, no identity policy/).waitFor()
        await edge(/account 999988887777, not known here and orders: half-granted/).focus()
        await tab.keyboard.press('Enter')
        await tab.getByText(/It is no account of this side/).waitFor()
        const pair = tab.locator('.pair')
        await pair.getByRole('button', { name: 'Revoke' }).waitFor()
        expect(await pair.getByRole('button', { name: 'Grant', exact: true }).count()).toBe(0)
        expect(await pair.getByText('left open by what could not be read').count()).toBe(2)
      }))

    it('bring the answer about a line into sight', () =>
      look(
        '/functions',
        async (tab) => {
          const edge = tab.getByRole('button', { name: /checkout-service of \d+ and orders: granted/ })
          await edge.focus()
          await tab.keyboard.press('Enter')
          const revoke = tab.getByRole('button', { name: 'Revoke' })
          await revoke.waitFor()
          await expect.poll(async () => (await revoke.boundingBox())?.y).toBeLessThan(340)
          // Once more takes the choice back.
          await tab.getByRole('button', { name: 'checkout-service user' }).click()
          await tab.waitForURL((url) => !url.hash.includes('caller='))
        },
        { height: 340 },
      ))
  })

  describe('plots', () => {
    it('have a sample of each line in their legends', () =>
      look('/plots', async (tab) => {
        const markers = tab.locator('.u-series:not(:first-child) .u-marker')
        await markers.first().waitFor()
        const samples = await markers.evaluateAll((all) =>
          all.map((one) => {
            const { borderTopStyle, borderTopWidth } = getComputedStyle(one)
            return `${borderTopWidth} ${borderTopStyle}`
          }),
        )
        const [line, dashed, dotted] = ['2px solid', '2px dashed', '2px dotted']
        expect(samples).toEqual([line, dashed, line, dashed, dotted, line, line])
      }))

    it('show a second that stands alone', async () => {
      const lone = await setScene({ page: built.page })
      try {
        await send(lone.urls.public)
        await lookAt(browser, lone.local, '/plots?minutes=1', async (tab) => {
          await tab.locator('.plot canvas').first().waitFor()
          await expect.poll(() => countAccent(tab, 'Duration')).toBeGreaterThan(0)
        })
      } finally {
        await lone.close()
      }
    })
  })

  it('tell all by shape where the system chooses the colours', () =>
    look(
      '/requests',
      async (tab) => {
        await tab.emulateMedia({ forcedColors: 'active' })
        const row = tab.getByRole('row').first()
        await row.waitFor()
        await row.click()
        await tab.locator('.step').first().waitFor()
        const grounds = await tab.evaluate(() => {
          const ground = (selector: string): string =>
            getComputedStyle(document.querySelector(selector) ?? document.body).backgroundColor
          const line = (selector: string): string =>
            getComputedStyle(document.querySelector(selector) ?? document.body).borderBottomColor
          return {
            page: ground('body'),
            marks: ['.row .gate.passed', '.step .track i', '.connection i'].map(ground),
            tabs: [line('.bar nav a[aria-current]'), line('.bar nav a:not([aria-current])')],
            outline: getComputedStyle(document.querySelector('.row[aria-selected=true]') ?? document.body)
              .outlineStyle,
          }
        })
        for (const mark of grounds.marks) expect(mark).not.toBe(grounds.page)
        expect(grounds.tabs[0]).not.toBe(grounds.tabs[1])
        expect(grounds.outline).toBe('solid')
      },
      { width: 1440 },
    ))
})
