// Runs before the page is drawn, so that it never shows in the wrong colours first.
import { applyPreferences } from "./preferences.ts";

applyPreferences();
