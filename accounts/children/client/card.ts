// What children's pages do beyond their forms: the camera, tapping without loading anew.
import { CardCamera } from "./card-camera.ts";
import { ClassCode } from "./class-code.ts";
import { Picks } from "./picks.ts";

customElements.define("corridor-card", CardCamera);
customElements.define("corridor-class-code", ClassCode);
customElements.define("corridor-picks", Picks);
