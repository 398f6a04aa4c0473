/** Tries until it goes well, for as long as a busy machine may take. */
export async function again(attempt: () => Promise<void>, times = 12): Promise<void> {
  for (let left = times - 1; ; left--) {
    try {
      return await attempt()
    } catch (error) {
      if (left === 0) throw error
    }
  }
}
