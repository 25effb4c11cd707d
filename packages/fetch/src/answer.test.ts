import { describe, expect, it } from 'vitest'
import { readAnswer, readAnswerHead, readAnswerParts } from './answer.ts'

const parts = (body: string, errorType?: string): Parameters<typeof readAnswer>[0] => ({
  status: 403,
  errorType,
  body,
  why: undefined,
})

describe('readAnswer()', () => {
  it('leaves nothing in text and code that controls a terminal', () => {
    const hostile = 'hi \u001b[31mred\r\n\u0000\u009b2J \u202eeod\u2066 \ud800 \u2028end'
    const body = JSON.stringify({ message: hostile, __type: 'Access\u001b[2JDenied' })
    const { code, message } = readAnswer(parts(body))
    expect(message).toBe('hi  [31mred 2J  eod     end')
    expect(code).toBe('Access [2JDenied')
    const xml = '<Error><Code>Access\u0007Denied</Code><Message>a\u001bb</Message></Error>'
    expect(readAnswer(parts(xml))).toEqual({ code: 'Access Denied', message: 'a b' })
  })

  it('leaves every other text as it is', () => {
    const message = 'Grüße, 東京 😀: the “signature” isn’t right.'
    expect(readAnswer(parts(JSON.stringify({ message }), 'X:http://internal')).message).toBe(message)
  })
})

describe('readAnswerHead()', () => {
  const command = 'npx furlong explain 0a1b2c'
  const readWhy = (hostname: string | undefined, why: string): string | undefined =>
    readAnswerHead(403, (name) => (name === 'x-furlong-why' ? why : null), hostname).why

  it.each([
    '127.0.0.1',
    'localhost',
    '[::1]',
    'abc.lambda-url.eu-west-1.localhost',
    'abc.lambda-url.eu-west-1.on.aws',
  ])('takes the hint of the local side from %s', (hostname) => {
    expect(readWhy(hostname, command)).toBe(command)
  })

  it.each([
    undefined,
    'example.com',
    'localhost.example.com',
    'abc.lambda-url.eu-west-1.on.aws.example.com',
    'lambda.eu-west-1.amazonaws.com',
  ])('takes no hint from %s', (hostname) => {
    expect(readWhy(hostname, command)).toBeUndefined()
  })

  it.each([
    '',
    'rm -rf / #\u0080',
    'npx furlong explain',
    'npx furlong explain a;reboot',
    'npx furlong explain a\u001b[2J',
    ' npx furlong explain a',
    'npx furlong explain a\n',
    `npx furlong explain ${'a'.repeat(65)}`,
  ])('takes no hint of the form %j', (why) => {
    expect(readWhy('127.0.0.1', why)).toBeUndefined()
  })
})

describe('readAnswerParts()', () => {
  it('ends with its signal, keeps what came, and leaves the rest to the caller', async () => {
    let feed: ReadableStreamDefaultController<Uint8Array> | undefined
    const body = new ReadableStream<Uint8Array>({ start: (controller) => void (feed = controller) })
    const write = (text: string): void => feed?.enqueue(new TextEncoder().encode(text))
    const response = new Response(body, { status: 403, headers: { 'x-amzn-errortype': 'X' } })
    const controller = new AbortController()
    write('begun')
    const reading = readAnswerParts(response, '127.0.0.1', controller.signal)
    setTimeout(() => controller.abort(), 5)
    expect(await reading).toMatchObject({ status: 403, errorType: 'X', body: 'begun' })
    write(' and done')
    feed?.close()
    expect(await response.text()).toBe('begun and done')
  })
})
