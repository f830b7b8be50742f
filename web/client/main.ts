// Puts the client together, and only that: the elements of the pages and the features of a room.
import { RosterRun } from "../../accounts/roster/client/roster-run.ts";
import { Passkey } from "../../accounts/second_step/client/passkey.ts";
import { Print } from "../../accounts/second_step/client/print.ts";
import { Home } from "../../rooms/client/home.ts";
import { defineRoom } from "../../rooms/client/room.ts";
import { messages } from "../../rooms/messages/messages.ts";
import { heedSignOut } from "./local.ts";
import { watchMenus } from "./menus.ts";
import { PreferencesMenu } from "./preferences-menu.ts";
import { SignIn } from "./sign-in.ts";
import { watchSignOut } from "./sign-out.ts";

watchMenus();
heedSignOut();
watchSignOut();
customElements.define("corridor-preferences", PreferencesMenu);
customElements.define("corridor-sign-in", SignIn);
customElements.define("corridor-home", Home);
customElements.define("corridor-passkey", Passkey);
customElements.define("corridor-roster-run", RosterRun);
customElements.define("corridor-print", Print);
defineRoom([messages]);
