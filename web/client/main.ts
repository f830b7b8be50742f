// Puts the client together, and only that: the elements of the pages and the features of a room.
import { RosterRun } from "../../accounts/roster/client/roster-run.ts";
import { Passkey } from "../../accounts/second_step/client/passkey.ts";
import { Print } from "../../accounts/second_step/client/print.ts";
import { Home } from "../../rooms/client/home.ts";
import { defineRoom } from "../../rooms/client/room.ts";
import { embeds } from "../../rooms/embeds/client/embeds.ts";
import { messages } from "../../rooms/messages/messages.ts";
import { KeptPage, KeptPages, keepPages } from "./kept.ts";
import { heedSignOut } from "./local.ts";
import { LookSwitches } from "./look.ts";
import { watchMenus } from "./menus.ts";
import { SignIn } from "./sign-in.ts";
import { watchSignOut } from "./sign-out.ts";

watchMenus();
heedSignOut();
watchSignOut();
keepPages();
customElements.define("corridor-look", LookSwitches);
customElements.define("corridor-kept", KeptPage);
customElements.define("corridor-kept-pages", KeptPages);
customElements.define("corridor-sign-in", SignIn);
customElements.define("corridor-home", Home);
customElements.define("corridor-passkey", Passkey);
customElements.define("corridor-roster-run", RosterRun);
customElements.define("corridor-print", Print);
defineRoom([messages, embeds]);
