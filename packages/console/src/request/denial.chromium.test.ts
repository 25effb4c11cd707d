/** What refused, in a real browser: the statement as it stood, with what decided marked. */
import type { RequestDetail } from '@furlong/local/console'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { executablePath, openPage } from '../testing/browser.ts'
import { changePolicies, type DenialName, refuse } from '../testing/denials.ts'
import { type Scene } from '../testing/scene.ts'
import { setStage, type Stage } from '../testing/stage.ts'

const ordersArn = 'arn:aws:lambda:us-east-1:111122223333:function:orders'

/** A statement on the page: its caption, the lines that are marked, and what stands below them. */
interface Seen {
  readonly name: string
  readonly marked: readonly string[]
  readonly says: readonly string[]
}

describe.skipIf(executablePath === undefined)('a denial in Chromium', () => {
  let stage: Stage
  let scene: Scene
  let browser: Browser
  let ids: Readonly<Record<DenialName, string>>

  beforeAll(async () => {
    stage = await setStage()
    ;({ browser, scene } = stage)
    ids = await refuse(scene)
    // Nothing of this is to be seen: the requests met what was there before.
    await changePolicies(scene)
  })
  afterAll(() => stage?.close())

  async function visit(name: DenialName, look: (tab: Page) => Promise<void>): Promise<void> {
    const opened = await openPage(browser, scene.local, `/requests/${ids[name]}`)
    await opened.tab.locator('.actions').waitFor()
    await look(opened.tab)
    expect(opened.troubles).toEqual([])
    await opened.close()
  }

  async function readFirst(tab: Page): Promise<Seen> {
    const statement = tab.locator('.named-statement').first()
    const texts = async (selector: string): Promise<string[]> =>
      (await statement.locator(selector).allInnerTexts()).map((text) => text.trim())
    return {
      name: (await statement.locator('.named-head > span').innerText()).trim(),
      marked: await texts('mark'),
      says: await texts('.says'),
    }
  }

  const cases: readonly (readonly [DenialName, Seen])[] = [
    [
      'identity',
      {
        name: "Nearest: 'CallOrders' of identity policy call-orders",
        marked: [
          '"Resource": [',
          `"${ordersArn.slice(0, -1)}",`,
          `"${ordersArn.replace('orders', 'reports')}"`,
          ']',
        ],
        says: [`the request has ${ordersArn}`],
      },
    ],
    [
      'boundary',
      {
        name: "Nearest: 'Storage' of permissions boundary arn:aws:iam::111122223333:policy/team-limits",
        marked: ['"Action": [', '"s3:*",', '"dynamodb:*",', '"sqs:*"', '],'],
        says: ['the request has lambda:InvokeFunctionUrl'],
      },
    ],
    [
      'session',
      {
        name: "Nearest: 'OnlyReports' of session policy 1",
        marked: [`"Resource": "${ordersArn.replace('orders', 'reports')}"`],
        says: [`the request has ${ordersArn}`],
      },
    ],
    [
      'deny',
      {
        name: "Denied by: 'OnlyFromTheOffice' of identity policy call-orders",
        marked: ['"Effect": "Deny",', '"aws:SourceIp": [', '"192.0.2.0/24",', '"198.51.100.0/24"', ']'],
        says: ['the request has 127.0.0.1'],
      },
    ],
    [
      'resource',
      {
        name: "Nearest: 'url-nightly-batch' of the policy of function orders",
        marked: ['"lambda:FunctionUrlAuthType": "NONE"'],
        says: ['the request has AWS_IAM'],
      },
    ],
    [
      'trust',
      {
        name: "Nearest: 'WithTicket' of the trust policy of role auditor",
        marked: ['"sts:ExternalId": "ticket-4711"'],
        says: ['the request has ticket-1'],
      },
    ],
  ]

  it.each(cases)('shows the statement of the %s as it stood, and what the request had', (name, seen) =>
    visit(name, async (tab) => expect(await readFirst(tab)).toEqual(seen)),
  )

  it('shows who is named where AWS stores an id, and copies the statement', () =>
    visit('resource', async (tab) => {
      await tab.getByRole('button', { name: 'Copy the statement' }).click()
      await tab.getByText('Copied').waitFor()
      expect(JSON.parse(await tab.evaluate('navigator.clipboard.readText()'))).toEqual({
        Sid: 'url-nightly-batch',
        Effect: 'Allow',
        Principal: { AWS: 'arn:aws:iam::111122223333:user/nightly-batch' },
        Action: 'lambda:InvokeFunctionUrl',
        Resource: ordersArn,
        Condition: { StringEquals: { 'lambda:FunctionUrlAuthType': 'NONE' } },
      })
    }))

  it('shows what failed both actions once, and what is less near when it is asked for', () =>
    visit('identity', async (tab) => {
      const second = tab.locator('.action').nth(1)
      expect(await second.innerText()).toContain(
        "Nearest: 'CallOrders' of identity policy call-orders (above)",
      )
      expect(await second.locator('.statement').count()).toBe(0)
      const folded = tab.locator('details.named-statement')
      expect(await folded.locator('.statement').isVisible()).toBe(false)
      await folded.locator('summary').click()
      expect(await folded.locator('.says').allInnerTexts()).toEqual([
        expect.stringMatching(/^the request has 20\d\d-/),
        'the request has no such key',
      ])
    }))

  it('folds a long list', () =>
    visit('many', async (tab) => {
      const statement = tab.locator('.statement').first()
      expect(await statement.innerText()).not.toContain('worker-7')
      await statement.getByRole('button', { name: '… 24 more' }).click()
      expect(await statement.innerText()).toContain('worker-30')
      expect(await tab.locator('.unfold').count()).toBe(0)
    }))

  it('says it in words where a statement was too long to be kept', async () => {
    const opened = await openPage(browser, scene.local)
    await opened.tab.route('**/api/requests/*', async (route) => {
      const response = await route.fetch()
      const detail = (await response.json()) as RequestDetail
      const { statements: _, ...explanation } = detail.record.refusal?.explanation ?? {}
      const refusal = { ...detail.record.refusal, explanation }
      await route.fulfill({ response, json: { ...detail, record: { ...detail.record, refusal } } })
    })
    await opened.tab.evaluate(`location.hash = '#/requests/${ids.deny}'`)
    await opened.tab.locator('.actions').waitFor()
    expect(await opened.tab.locator('.misses').first().innerText()).toBe(
      'Condition.NotIpAddress.aws:SourceIp is 192.0.2.0/24, 198.51.100.0/24, the request has 127.0.0.1',
    )
    expect(await opened.tab.locator('.statement').count()).toBe(0)
    expect(opened.troubles).toEqual([])
    await opened.close()
  })
})
