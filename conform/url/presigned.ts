import { presign } from '@furlong/sigv4'
import type { UrlTarget } from './target.ts'

/**
 * @param target where the suite runs
 * @returns the request target of a link to the buffered URL, signed for one minute
 */
export function presignedTarget({ urls, callers, region }: UrlTarget): string {
  const { url } = presign(
    { method: 'GET', url: urls.iam },
    { credentials: callers.granted, service: 'lambda', region, now: new Date(), expiresInSeconds: 60 },
  )
  return url.slice(new URL(url).origin.length)
}
