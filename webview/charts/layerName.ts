/** `model.2.m.0.cv1.bn` as `2.m.0.cv1`: every layer begins and ends alike. */
export function shortLayer(name: string): string {
  return name.replace(/^model\./, '').replace(/\.bn$/, '')
}
