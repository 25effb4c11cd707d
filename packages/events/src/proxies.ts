import { isPlainHost } from './url.ts'

const addresses = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f:.]*:[0-9a-f:.]+)$/i

/**
 * Finds the client's address behind trusted proxies. Lambda appends the address it sees, so the last entry is a proxy's and
 * everything further left than the proxies' own entries is the client's invention.
 *
 * @param forwardedFor Value of `x-forwarded-for`.
 * @param trustedProxies How many entries, counted from the right, are proxies; 1 or more.
 * @returns The address, or undefined when the header is too short or holds none there.
 */
export function clientAddress(forwardedFor: string | undefined, trustedProxies: number): string | undefined {
  const address = (forwardedFor ?? '')
    .split(',')
    .at(-1 - trustedProxies)
    ?.trim()
  return address !== undefined && addresses.test(address) ? address : undefined
}

/**
 * Reads the host a trusted proxy was asked for.
 *
 * @param forwardedHost Value of `x-forwarded-host`.
 * @returns Its last entry, the one the nearest proxy wrote, or undefined when that is no host.
 */
export function forwardedHost(forwardedHost: string | undefined): string | undefined {
  const host = (forwardedHost ?? '').split(',').at(-1)?.trim() ?? ''
  return isPlainHost(host) ? host : undefined
}
