// What children's pages do beyond their forms: the camera, tapping without loading anew, printing.
import { CardCamera } from "./card-camera.ts";
import { ClassCode } from "./class-code.ts";
import { Picks } from "./picks.ts";
import { PrintButton } from "./print-button.ts";

customElements.define("corridor-card", CardCamera);
customElements.define("corridor-class-code", ClassCode);
customElements.define("corridor-picks", Picks);
customElements.define("corridor-print", PrintButton);
