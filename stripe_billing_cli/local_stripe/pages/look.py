"""The look of the local Stripe's pages: calm as Stripe's, on a phone too, and dark where the reader's system is."""

from __future__ import annotations

STYLE = """
:root{color-scheme:light dark;--ground:#f6f8fa;--card:#fff;--text:#1a1f36;--quiet:#5a6376;--line:#e3e8ee;--edge:#8792a2;
--accent:#5851e0;--on-accent:#fff;--link:#5851e0;--good:#0b6b33;--good-ground:#e6f5ec;--bad:#a41c30;--bad-ground:#fdecee}
@media(prefers-color-scheme:dark){:root{--ground:#0f1320;--card:#1a1f2e;--text:#e6e9f0;--quiet:#a5aec0;--line:#2e3548;
--edge:#6b7690;--link:#a6a1ff;--good:#7ddba0;--good-ground:#12301f;--bad:#ff9aa8;--bad-ground:#3a1720}}
*{box-sizing:border-box}
body{margin:0;padding:clamp(0px,6vw,4rem) clamp(0px,3vw,1.5rem);min-height:100vh;background:var(--ground);
color:var(--text);font:16px/1.5 -apple-system,BlinkMacSystemFont,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;
overflow-wrap:break-word}
main{max-width:30rem;margin:0 auto;padding:clamp(1.25rem,5vw,2.25rem);background:var(--card);
border:1px solid var(--line);border-radius:12px;box-shadow:0 7px 14px rgba(20,30,60,.06),0 3px 6px rgba(0,0,0,.05)}
h1{margin:0 0 1.25rem;font-size:1.375rem;line-height:1.25;font-weight:600;letter-spacing:-.01em}
h2{margin:1.5rem 0 .25rem;font-size:1rem;font-weight:600}
p{margin:.75rem 0}
a{color:var(--link)}
table{border-collapse:collapse;width:100%;margin:0 0 1.25rem}
td{padding:.625rem 0;border-bottom:1px solid var(--line);vertical-align:baseline;overflow-wrap:anywhere}
tr:last-child td{border-bottom:0}
td+td{padding-left:1rem;text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
form+form{margin-top:.5rem}
label{display:block;margin:.75rem 0;font-size:.875rem;font-weight:500;color:var(--quiet)}
input,select,button{display:block;width:100%;min-height:2.75rem;font:inherit;font-size:1rem;border-radius:6px}
input,select{margin-top:.25rem;padding:.5rem .75rem;color:var(--text);background:var(--card);
border:1px solid var(--edge);text-overflow:ellipsis}
button{margin:.75rem 0 0;padding:.5rem 1rem;font-weight:600;color:var(--on-accent);background:var(--accent);
border:1px solid var(--accent);cursor:pointer}
button:hover{filter:brightness(1.08)}
button.other{color:var(--link);background:transparent;border-color:var(--edge)}
:is(a,input,select,button):focus-visible{outline:3px solid var(--link);outline-offset:2px}
td input{display:inline-block;width:4.5rem;min-height:2.25rem;margin:0 0 0 .5rem}
.box{display:flex;gap:.625rem;align-items:center;color:var(--text)}
.box input{flex:none;width:1.125rem;min-height:1.125rem;margin:0;accent-color:var(--accent)}
.good,.bad{margin:0 0 1rem;padding:.75rem 1rem;border-radius:6px}
.good{color:var(--good);background:var(--good-ground)}
.bad{color:var(--bad);background:var(--bad-ground)}
small,footer{font-size:.875rem;color:var(--quiet)}
footer{max-width:30rem;margin:1.25rem auto;padding:0 1.25rem;text-align:center}
""".replace("\n", "")
