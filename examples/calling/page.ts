/** A page: it signs with temporary keys that the page's own server hands out after a login. */
import { createSignedFetch } from '@furlong/fetch'

const signedFetch = createSignedFetch({
  // For the local side: a function URL of AWS says its region itself.
  region: 'us-east-1',
  credentials: async () => {
    const response = await fetch('/keys')
    if (!response.ok) throw new Error(`/keys answered ${response.status}`)
    return response.json()
  },
})

export async function writeBook(booksUrl: string, title: string): Promise<string> {
  const response = await signedFetch(`${booksUrl}book`, { method: 'POST', body: { title } })
  if (!response.ok) throw new Error(`The book was not written: ${response.status} ${await response.text()}`)
  return response.text()
}
