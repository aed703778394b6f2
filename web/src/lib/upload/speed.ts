// How fast it goes and how long it will take, calmed down: what is newer weighs more.

export class Speed {
  private at = 0;
  private bytes = 0;
  private perSecond = 0;

  restart(now: number, bytes: number): void {
    this.at = now;
    this.bytes = bytes;
    this.perSecond = 0;
  }

  update(now: number, bytes: number): void {
    const seconds = (now - this.at) / 1000;
    if (seconds < 0.25) return;
    const measured = Math.max(0, bytes - this.bytes) / seconds;
    const weight = this.perSecond === 0 ? 1 : 1 - Math.exp(-seconds / 3);
    this.perSecond += weight * (measured - this.perSecond);
    this.at = now;
    this.bytes = bytes;
  }

  get bytesPerSecond(): number {
    return this.perSecond;
  }

  // Seconds; infinite while nothing moves.
  left(total: number): number {
    return this.perSecond > 0 ? Math.max(0, total - this.bytes) / this.perSecond : Infinity;
  }
}
