"""A leaver's open work: `registry` is where each room says what it holds, `kinds` what lies in this one."""
