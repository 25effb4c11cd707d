/** Another function: it signs with the keys of its own role, which Lambda puts into its environment. */
import { createSignedFetch } from '@furlong/fetch'

const signedFetch = createSignedFetch()

export async function handler(event: { page: number }): Promise<{ status: number; text: string }> {
  const response = await signedFetch(`${process.env['BOOKS_URL']}book?page=${event.page}`)
  return { status: response.status, text: await response.text() }
}
