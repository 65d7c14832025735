"""One function per fault: it takes the stage, a scale and the result to fill in."""
