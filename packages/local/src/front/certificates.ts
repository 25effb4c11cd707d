/** The local CA's X.509, and the one place that knows the library behind it: imported when a certificate is first needed. */
import 'reflect-metadata'
import { createPrivateKey, webcrypto } from 'node:crypto'
import { AsnConvert } from '@peculiar/asn1-schema'
import { GeneralName, GeneralSubtree, GeneralSubtrees, NameConstraints } from '@peculiar/asn1-x509'
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509'

/** A certificate and its private key, both PEM. */
export interface CertifiedKey {
  readonly certificate: string
  readonly key: string
}

/** What a certificate is for, and for how long. */
export interface CertificateSubject {
  readonly commonName: string
  /** DNS names: those of a leaf, or those below which an authority may certify. */
  readonly names: readonly string[]
  readonly notBefore: Date
  readonly notAfter: Date
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const

/**
 * Makes a certificate authority that can certify servers below the given names and on loopback addresses, and nothing else: whoever
 * trusts it trusts it for these alone.
 *
 * @see https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.10
 */
export async function createAuthority(subject: CertificateSubject): Promise<CertifiedKey> {
  const keys = await createKeys()
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [subject.commonName] }],
    notBefore: subject.notBefore,
    notAfter: subject.notAfter,
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      createNameConstraints(subject.names),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return { certificate: toText(certificate), key: await exportKey(keys.privateKey) }
}

/** Makes the certificate of a server, signed by an authority; its key is its own. */
export async function createLeaf(
  authority: CertifiedKey,
  subject: CertificateSubject & { readonly addresses: readonly string[] },
): Promise<CertifiedKey> {
  const issuer = new X509Certificate(authority.certificate)
  const keys = await createKeys()
  const certificate = await X509CertificateGenerator.create({
    // Names stand in the extension: a common name takes 64 characters, and some hosts are longer.
    subject: [{ CN: [subject.commonName] }],
    issuer: issuer.subjectName.toJSON(),
    notBefore: subject.notBefore,
    notAfter: subject.notAfter,
    publicKey: keys.publicKey,
    signingKey: await importKey(authority.key),
    signingAlgorithm: algorithm,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension([
        ...subject.names.map((value) => ({ type: 'dns' as const, value })),
        ...subject.addresses.map((value) => ({ type: 'ip' as const, value })),
      ]),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      await AuthorityKeyIdentifierExtension.create(issuer.publicKey),
    ],
  })
  return { certificate: toText(certificate), key: await exportKey(keys.privateKey) }
}

// The library's types are those of browsers, which differ from Node's in algorithms that are not used here.
type KeyPair = Parameters<typeof X509CertificateGenerator.createSelfSigned>[0]['keys']
type PrivateKey = KeyPair['privateKey']

const createKeys = async (): Promise<KeyPair> =>
  (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as KeyPair

const toText = (certificate: X509Certificate): string => `${certificate.toString('pem').trim()}\n`

async function exportKey(key: PrivateKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key as webcrypto.CryptoKey))
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
    .export({ format: 'pem', type: 'pkcs8' })
    .toString()
}

async function importKey(pem: string): Promise<PrivateKey> {
  const der = createPrivateKey(pem).export({ format: 'der', type: 'pkcs8' })
  return (await webcrypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign'])) as PrivateKey
}

const nameConstraintsOid = '2.5.29.30'

/** An authority without such an entry may certify every address there is. */
const loopbackSubtrees = ['127.0.0.1/32', '::1/128']

function createNameConstraints(names: readonly string[]): Extension {
  const permitted = [
    ...names.map((dNSName) => new GeneralName({ dNSName })),
    ...loopbackSubtrees.map((iPAddress) => new GeneralName({ iPAddress })),
  ]
  const constraints = new NameConstraints({
    permittedSubtrees: new GeneralSubtrees(permitted.map((base) => new GeneralSubtree({ base }))),
  })
  return new Extension(nameConstraintsOid, true, AsnConvert.serialize(constraints))
}
