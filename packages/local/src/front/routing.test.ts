import { describe, expect, it } from 'vitest'
import { createOwnNames } from './own-hosts.ts'
import { findRoute } from './routing.ts'

const id = 'abcdefghijklmnopqrstuvwxyz012345'
const names = createOwnNames('box.lan', () => 9311)
const route = (host: string, target: string, portUrlId?: string) =>
  findRoute({ host, target, portUrlId }, names)

describe('findRoute()', () => {
  it.each([
    [`${id}.lambda-url.eu-west-1.localhost:9311`, '/a?b=c', 'eu-west-1'],
    [`${id}.lambda-url.us-east-1.on.aws`, '/', 'us-east-1'],
    [`${id.toUpperCase()}.LAMBDA-URL.us-east-1.on.aws`, '/', 'us-east-1'],
  ])('takes %s for a function URL', (host, target, region) => {
    expect(route(host, target)).toEqual({ kind: 'function-url', urlId: id, region, eventTarget: target })
  })

  it.each(['127.0.0.1:20000', '127.0.0.1', 'localhost:20000', '[::1]:20000'])(
    'takes the port for its URL when the Host is %s',
    (host) => expect(route(host, '/x', id)).toEqual({ kind: 'function-url', urlId: id, eventTarget: '/x' }),
  )

  it.each(['evil.example', '127.0.0.1.evil.example', '', `${'z'.repeat(32)}.lambda-url.us-east-1.on.aws`])(
    'knows no URL on its port when the Host is %s',
    (host) => expect(route(host, '/x', id)).toMatchObject({ kind: 'function-url', urlId: '' }),
  )

  it('takes the own host on the own port', () => {
    const host = `${id}.lambda-url.us-east-1.on.aws`
    expect(route(host, '/x', id)).toMatchObject({ urlId: id, region: 'us-east-1' })
  })

  it.each([
    [`http://127.0.0.1:9311/_url/${id}/book?page=5`, '/book?page=5'],
    [`http://127.0.0.1:9311/_url/${id}`, '/'],
  ])('reads the absolute form %s', (target, eventTarget) => {
    expect(route('127.0.0.1:9311', target)).toEqual({
      kind: 'function-url',
      urlId: id,
      eventTarget,
      sharesOrigin: true,
    })
  })

  it.each([
    [`/_url/${id}/book?page=5`, '/book?page=5'],
    [`/_url/${id}`, '/'],
    [`/_url/${id}?page=5`, '/?page=5'],
    [`/_url/${id}//evil`, '//evil'],
  ])('drops the local prefix of %s for the event', (target, eventTarget) => {
    expect(route('127.0.0.1:9311', target)).toEqual({
      kind: 'function-url',
      urlId: id,
      eventTarget,
      sharesOrigin: true,
    })
  })

  it.each(['box.lan:20000', 'BOX.lan'])('knows itself by the name in --url-host, %s', (host) => {
    expect(route(host, '/x', id)).toMatchObject({ urlId: id })
    expect(route(host, `/_url/${id}/x`)).toMatchObject({ urlId: id, eventTarget: '/x' })
  })

  it.each(['evil.example:9311', '', '127.0.0.1.evil.example'])('serves no prefix under the Host %s', (host) =>
    expect(route(host, `/_url/${id}/x`)).toMatchObject({ kind: 'function-url', urlId: '' }),
  )

  it.each([
    ['example.com', 'http://example.com/x'],
    ['127.0.0.1:20000', 'http://127.0.0.1:20000/'],
    ['s3.amazonaws.com', 'https://s3.amazonaws.com/bucket'],
  ])('leaves the absolute form for %s to the proxy', (host, target) => {
    expect(route(host, target)).toEqual({ kind: 'proxy', url: new URL(target) })
  })

  it('serves the absolute form of a function URL, whose Host must be the same', () => {
    const host = `${id}.lambda-url.us-east-1.on.aws`
    expect(route(host, `https://${host}/a?b`)).toMatchObject({ urlId: id, eventTarget: '/a?b' })
    expect(route(`${host}:443`, `https://${host}/a`)).toMatchObject({ urlId: id, eventTarget: '/a' })
    expect(route('127.0.0.1:9311', `https://${host}/a`)).toMatchObject({ urlId: '' })
    expect(route('127.0.0.1:9311', `http://box.lan:9311/_url/${id}/a`)).toMatchObject({ urlId: '' })
  })

  it('tells the own API from the control plane', () => {
    expect(route('127.0.0.1:9311', '/_furlong/status').kind).toBe('own-api')
    expect(route('127.0.0.1:9311', '/_furlongs').kind).toBe('control-plane')
    expect(route('127.0.0.1:9311', '/2015-03-31/functions').kind).toBe('control-plane')
  })
})
