import type { SignatureComparison } from '@furlong/local/console'
import type { JSX } from 'preact'
import { Block } from '../parts/block.tsx'
import { Section } from '../parts/section.tsx'
import { compareTexts, type LinePair, type Piece } from './differences.ts'

/** What a refused signature was made over, on both sides, with the characters marked that differ. */
export function Signature({ comparison }: { readonly comparison: SignatureComparison }): JSX.Element {
  const { server, client, differences = [] } = comparison
  return (
    <>
      {client === undefined ? (
        <Section title="Canonical request">
          <p class="muted">
            This is what the local side made of the request. What the client signed is not known: no common
            mistake makes the signature match.
          </p>
          <Block label="Canonical request">{server.canonicalRequest}</Block>
        </Section>
      ) : (
        <Section title="Canonical request">
          <Beside left={server.canonicalRequest} right={client.canonicalRequest} />
        </Section>
      )}
      {differences.length > 0 && (
        <ul class="notes">
          {differences.map(({ part, name, says, fix }) => (
            <li key={`${part} ${name ?? ''}`}>
              {says} <span class="muted">{fix}</span>
            </li>
          ))}
        </ul>
      )}
      {server.stringToSign !== undefined && (
        <Section title="String to sign">
          {client?.stringToSign === undefined ? (
            <Block label="String to sign">{server.stringToSign}</Block>
          ) : (
            <Beside left={server.stringToSign} right={client.stringToSign} />
          )}
        </Section>
      )}
    </>
  )
}

function Beside(props: { readonly left: string; readonly right: string }): JSX.Element {
  const pairs = compareTexts(props.left, props.right)
  return (
    <table class="beside">
      <thead>
        <tr>
          <th scope="col">What the local side built</th>
          <th scope="col">What the client must have signed</th>
        </tr>
      </thead>
      <tbody>
        {pairs.map((pair, at) => (
          <tr key={at} class={isDifferent(pair) ? 'differs' : undefined}>
            <Side pieces={pair.left} />
            <Side pieces={pair.right} />
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Side({ pieces }: { readonly pieces: readonly Piece[] | undefined }): JSX.Element {
  if (pieces === undefined) return <td class="absent">no such line</td>
  return <td>{pieces.map(({ text, differs }, at) => (differs ? <mark key={at}>{text}</mark> : text))}</td>
}

const isDifferent = ({ left, right }: LinePair): boolean =>
  [...(left ?? []), ...(right ?? [])].some(({ differs }) => differs) ||
  left === undefined ||
  right === undefined
