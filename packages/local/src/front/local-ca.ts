import { createHash, createPrivateKey, X509Certificate } from 'node:crypto'
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SecureContext } from 'node:tls'
import { loadTls } from '../node-builtins.ts'
import type { CertifiedKey } from './certificates.ts'
import { findCertificateNames, listCertifiedNames } from './own-hosts.ts'

const dayMs = 24 * 60 * 60 * 1000

/** How long the authority and server certificates hold, and how long before their end they are made anew. */
const authorityLife = { days: 365, renewDays: 30 } as const
const leafLife = { days: 30, renewDays: 10 } as const

/** Clocks of containers and of the machine beneath them differ. */
const backdatedMs = dayMs

/** The authority, and where its certificate lies for clients to trust. */
export interface Authority extends CertifiedKey {
  /** Path of the certificate, PEM; the key lies beside it, mode 0600. */
  readonly file: string
}

/** The certificate of some hosts, ready for a TLS server. */
export interface Leaf extends CertifiedKey {
  readonly context: SecureContext
  readonly renewAt: number
}

/** How a local CA is set up. */
export interface LocalCaOptions {
  /** Folder of its own, made with mode 0700 when it is needed. */
  readonly folder: string
  /** The side's region. */
  readonly region: string
  /** Whether it may certify AWS's hosts of Lambda, IAM and STS. */
  readonly awsHosts: boolean
  /** Milliseconds since the epoch, by the clock that TLS clients look at; default the machine's. */
  readonly now?: () => number
}

/**
 * The certificate authority of one local side: made when it is first needed, kept in the side's folder, name-constrained, and
 * never put into a store of the system.
 */
export class LocalCa {
  readonly #options: LocalCaOptions
  readonly #now: () => number
  readonly #names: readonly string[]
  #authority: Promise<Authority> | undefined
  #renewAt = 0
  readonly #leaves = new Map<string, Promise<Leaf>>()

  constructor(options: LocalCaOptions) {
    this.#options = options
    this.#now = options.now ?? Date.now
    this.#names = listCertifiedNames(options.region, options.awsHosts)
  }

  /** @returns the CA, made when it is not there or about to expire: the same object until it is made anew */
  authority(): Promise<Authority> {
    if (this.#authority === undefined || this.#now() >= this.#renewAt) {
      this.#leaves.clear()
      this.#renewAt = Number.POSITIVE_INFINITY
      this.#authority = this.#load()
      this.#authority.catch(() => (this.#authority = undefined))
    }
    return this.#authority
  }

  /** Waits until nothing is being made any more: only then may its folder go. */
  async settled(): Promise<void> {
    await this.#authority?.catch(() => {})
  }

  /**
   * Finds or makes the certificate for a host.
   *
   * @param host lower-case, as the client named it; empty when it named none
   * @returns undefined for a host that is not the local side's
   */
  async leafFor(host: string): Promise<Leaf | undefined> {
    const names = findCertificateNames(host, this.#names)
    const [zone] = names ?? []
    if (names === undefined || zone === undefined) return undefined
    const known = this.#leaves.get(zone)
    const leaf = known && (await known)
    if (leaf !== undefined && this.#now() < leaf.renewAt) return leaf
    const made = this.#createLeaf(names)
    this.#leaves.set(zone, made)
    made.catch(() => this.#leaves.delete(zone))
    return made
  }

  async #createLeaf(names: readonly string[]): Promise<Leaf> {
    const authority = await this.authority()
    const { createLeaf } = await import('./certificates.ts')
    const now = this.#now()
    const ends = Math.min(
      now + leafLife.days * dayMs,
      Date.parse(new X509Certificate(authority.certificate).validTo),
    )
    const { certificate: own, key } = await createLeaf(authority, {
      commonName: 'furlong local side',
      names,
      addresses: names[0] === 'localhost' ? ['127.0.0.1', '::1'] : [],
      notBefore: new Date(now - backdatedMs),
      notAfter: new Date(ends),
    })
    // With its authority: a client may pin that one, as Chromium's --ignore-certificate-errors-spki-list does.
    const certificate = own + authority.certificate
    const context = loadTls().createSecureContext({ key, cert: certificate })
    return { certificate, key, context, renewAt: ends - leafLife.renewDays * dayMs }
  }

  async #load(): Promise<Authority> {
    const kept = await this.#readKept()
    const authority = kept ?? (await this.#create())
    const ends = Date.parse(new X509Certificate(authority.certificate).validTo)
    this.#renewAt = ends - authorityLife.renewDays * dayMs
    return { ...authority, file: this.#file('ca.pem') }
  }

  /** Names the constraints: one that was made for other hosts is not used again. */
  get #commonName(): string {
    const digest = createHash('sha256').update(this.#names.join(' ')).digest('hex').slice(0, 12)
    return `furlong local CA ${digest}`
  }

  async #readKept(): Promise<CertifiedKey | undefined> {
    try {
      const [certificate, key] = await Promise.all(
        ['ca.pem', 'ca-key.pem'].map((name) => readFile(this.#file(name), 'utf8')),
      )
      if (certificate === undefined || key === undefined) return undefined
      const parsed = new X509Certificate(certificate)
      const isUsable =
        parsed.subject === `CN=${this.#commonName}` &&
        parsed.checkPrivateKey(createPrivateKey(key)) &&
        this.#now() < Date.parse(parsed.validTo) - authorityLife.renewDays * dayMs
      return isUsable ? { certificate, key } : undefined
    } catch {
      return undefined
    }
  }

  async #create(): Promise<CertifiedKey> {
    const { createAuthority } = await import('./certificates.ts')
    const now = this.#now()
    const authority = await createAuthority({
      commonName: this.#commonName,
      names: this.#names,
      notBefore: new Date(now - backdatedMs),
      notAfter: new Date(now + authorityLife.days * dayMs),
    })
    await mkdir(this.#options.folder, { recursive: true, mode: 0o700 })
    await chmod(this.#options.folder, 0o700)
    await this.#write('ca-key.pem', authority.key)
    await this.#write('ca.pem', authority.certificate)
    return authority
  }

  /** Whole or not at all: clients read the certificate while it is renewed. */
  async #write(name: string, text: string): Promise<void> {
    const file = this.#file(name)
    await writeFile(`${file}.new`, text, { mode: 0o600 })
    await rename(`${file}.new`, file)
  }

  #file(name: string): string {
    return join(this.#options.folder, name)
  }
}
