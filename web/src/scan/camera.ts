// SPDX-License-Identifier: Apache-2.0
/** The camera that looks away from the user, frame by frame, and its torch. */
import type { Source } from './decoder.js';

/** Why there is no camera. */
export type NoCamera = 'insecure' | 'refused' | 'none' | 'busy';

/** What the browser's error means. */
export function reasonOf(error: unknown): NoCamera {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'refused';
  if (name === 'NotReadableError' || name === 'AbortError') return 'busy';
  return 'none';
}

const WANTED: MediaStreamConstraints = {
  audio: false,
  video: { facingMode: { ideal: 'environment' }, width: { ideal: 1280 }, height: { ideal: 720 } },
};

/** A camera that runs, shown in a video element. */
export class Camera {
  private isOn = true;

  private constructor(
    private readonly video: HTMLVideoElement,
    private readonly stream: MediaStream,
  ) {}

  /**
   * Asks for the camera; throws what `reasonOf` understands. Null: by the time it was there, nobody wanted it any
   * more, and it is off again.
   */
  static async open(video: HTMLVideoElement, isWanted: () => boolean): Promise<Camera | null> {
    const camera = new Camera(video, await navigator.mediaDevices.getUserMedia(WANTED));
    if (isWanted()) {
      video.srcObject = camera.stream;
      await video.play().catch(() => undefined);
    }
    if (isWanted()) return camera;
    camera.close();
    return null;
  }

  /** True unless the page may have no camera at all. */
  static isThere(): boolean {
    return typeof (navigator as { mediaDevices?: MediaDevices }).mediaDevices?.getUserMedia === 'function';
  }

  /** True if the user agreed before, so that it may be opened without asking. */
  static async isAgreed(): Promise<boolean> {
    try {
      return (await navigator.permissions.query({ name: 'camera' as PermissionName })).state === 'granted';
    } catch {
      return false;
    }
  }

  /** The frame that is seen now; null before the first one. */
  frame(): Source | null {
    const { videoWidth: width, videoHeight: height } = this.video;
    return this.isOn && width > 0 ? { image: this.video, width, height, kind: 'camera' } : null;
  }

  private get track(): MediaStreamTrack | undefined {
    return this.stream.getVideoTracks()[0];
  }

  /** True if it has a torch. */
  hasTorch(): boolean {
    const { track } = this;
    if (typeof track?.getCapabilities !== 'function') return false;
    return (track.getCapabilities() as { torch?: boolean }).torch === true;
  }

  /** Switches the torch; false: it did not. */
  async setTorch(isLit: boolean): Promise<boolean> {
    try {
      await this.track?.applyConstraints({ advanced: [{ torch: isLit } as MediaTrackConstraintSet] });
      return true;
    } catch {
      return false;
    }
  }

  /** Ends it. */
  close(): void {
    this.isOn = false;
    for (const track of this.stream.getTracks()) track.stop();
    // Another one may be seen there by now.
    if (this.video.srcObject === this.stream) this.video.srcObject = null;
  }

  /** Runs once it ends by itself: unplugged, or taken by another program. */
  onEnd(work: () => void): void {
    this.track?.addEventListener('ended', work, { once: true });
  }
}
