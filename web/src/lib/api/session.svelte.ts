// Who is logged in. The access token lives in this page's memory alone; the refresh token is in a cookie that no
// script can read. Tabs take turns with refreshing, since each refresh token works once.

import { ApiError } from './problem';
import { json } from './request';
import type { Session, User } from './types';

const flag = 'descant.signed-in'; // whether there may be a refresh cookie
const early = 30_000; // milliseconds before it expires, a token counts as expired

class SessionState {
  user = $state<User | null>(null);
  known = $state(false); // whether `user` is the truth yet
  ended = $state(false); // it was ended from elsewhere

  private token = '';
  private expiresAt = 0;
  private refreshing: Promise<void> | null = null;
  private readonly channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('descant.session');

  constructor() {
    this.channel?.addEventListener('message', (event: MessageEvent<Session | null>) => {
      if (event.data) this.adopt(event.data);
      else this.forget();
    });
  }

  // On load: whoever was logged in is again.
  async restore(): Promise<void> {
    try {
      if (localStorage.getItem(flag)) await this.refresh();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.isTemporary) this.restoreLater();
    } finally {
      this.known = true;
    }
  }

  // Who cannot be asked for now may be somebody all the same.
  private restoreLater(): void {
    const again = () => {
      clearTimeout(timer);
      removeEventListener('online', again);
      if (!this.user) void this.restore();
    };
    const timer = setTimeout(again, 10_000);
    addEventListener('online', again);
  }

  async login(email: string, password: string): Promise<void> {
    this.begin(await json<Session>('POST', '/api/v1/auth/login', { body: { email, password, refresh_token_in: 'cookie' } }));
  }

  async register(email: string, password: string, name: string): Promise<void> {
    const body = { email, password, name, refresh_token_in: 'cookie' };
    this.begin(await json<Session>('POST', '/api/v1/auth/register', { body }));
  }

  async logout(): Promise<void> {
    try {
      const token = await this.freshToken();
      if (token) await json('POST', '/api/v1/auth/logout', { token });
    } catch (error) {
      // Ended is ended, whoever did it.
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
    }
    this.end();
  }

  // After the account is gone, or the session was ended.
  end(): void {
    this.forget();
    this.channel?.postMessage(null);
  }

  // Whoever is the same as before changes nothing, so that new tokens load no page anew.
  changed(user: User): void {
    if (JSON.stringify(user) !== JSON.stringify(this.user)) this.user = user;
  }

  // A token that is good for a while; null for nobody.
  async freshToken(): Promise<string | null> {
    if (!this.known) await this.ready();
    if (!this.user) return null;
    if (Date.now() > this.expiresAt - early) {
      try {
        await this.refresh();
      } catch (error) {
        if (error instanceof ApiError && error.status === 401) return null;
        throw error;
      }
    }
    return this.token;
  }

  // The token was refused: get another one, or be nobody. False: it is no use to try again.
  async renew(refused: string): Promise<boolean> {
    if (this.token && this.token !== refused) return true;
    try {
      await this.refresh(refused);
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return false;
      throw error;
    }
  }

  private restored: Promise<void> | null = null;
  ready(): Promise<void> {
    return (this.restored ??= this.restore());
  }

  private refresh(refused = this.token): Promise<void> {
    return (this.refreshing ??= this.exclusively(async () => {
      if (this.token && this.token !== refused) return; // another tab was faster
      try {
        this.begin(await this.next());
      } catch (error) {
        if (error instanceof ApiError && error.status >= 400 && error.status < 500 && error.status !== 429 && error.status !== 408) {
          const wasSomebody = this.user !== null;
          this.forget();
          this.ended = wasSomebody;
          throw new ApiError(401, error.code, error.message, error.requestId);
        }
        throw error;
      }
    }).finally(() => (this.refreshing = null)));
  }

  // Whoever sent the same cookie a moment ago (a page that was left lets go of its lock, and not all have locks) is
  // answered the next one, which this browser then has too. The server puts up with that for ten seconds.
  private async next(patience = 15): Promise<Session> {
    try {
      // keepalive: a page that is left must still receive the next cookie
      return await json<Session>('POST', '/api/v1/auth/refresh', { keepalive: true });
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'refresh_token_just_used' || patience === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, (error.retryAfter ?? 1) * 1000));
      return this.next(patience - 1);
    }
  }

  private async exclusively(work: () => Promise<void>): Promise<void> {
    // Only secure origins (and localhost) have locks.
    if (typeof navigator !== 'undefined' && navigator.locks) await navigator.locks.request('descant.refresh', work);
    else await work();
  }

  private begin(session: Session): void {
    localStorage.setItem(flag, '1');
    this.adopt(session);
    this.channel?.postMessage($state.snapshot(session));
  }

  private adopt(session: Session): void {
    this.token = session.access_token;
    this.expiresAt = Date.now() + session.expires_in * 1000;
    this.changed(session.user);
    this.ended = false;
    this.known = true;
  }

  private forget(): void {
    localStorage.removeItem(flag);
    this.token = '';
    this.expiresAt = 0;
    this.user = null;
    this.known = true;
  }
}

export const session = new SessionState();
