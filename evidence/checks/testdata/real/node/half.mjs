export function half(n) {
  if (n % 2) {
    throw new Error('odd');
  }
  return n / 2;
}
