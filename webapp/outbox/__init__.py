"""Mail that is never lost: a row per mail, sent by workers, ended in a final state. It only sends."""
