#pragma once

#include <string_view>

namespace millrace {

/// The mark beside the name: a mill wheel in its race, in the text's colour.
inline constexpr std::string_view report_mark =
    R"(<svg class="mark" viewBox="0 0 32 32" aria-hidden="true">)"
    R"(<g fill="none" stroke="currentColor" stroke-width="2.4" stroke-linecap="round">)"
    R"(<circle cx="16" cy="13" r="8.5"/><circle cx="16" cy="13" r="1.6"/>)"
    R"(<path d="M16 1.8v22.4M4.8 13h22.4M8.1 5.1l15.8 15.8M23.9 5.1L8.1 20.9" stroke-width="1.6"/>)"
    R"(<path class="water" d="M2 28.5c3.5-3 5.8-3 9.3 0s5.8 3 9.3 0 5.9-3 9.4 0"/></g></svg>)";

/// The style sheet of the HTML report. Nothing is loaded from elsewhere: the page must still be
/// whole when it is mailed or opened in ten years.
inline constexpr std::string_view report_style = R"css(
:root{color-scheme:light dark;
--page:#f6f7f9;--card:#fff;--ink:#10171f;--soft:#5a6675;--line:#e3e7ec;--grid:#eceff3;
--accent:#1463c4;--accent2:#0b8a6e;--keys:#d98a1f;--phase:#4b6a95;
--work:#0b8a6e;--source:#3f7fd6;--buffer:#8d6bc9;--target:#e0862a;--idle:#d5dbe3;
--inside:#fff;--good:#0a7a4d;--goodbg:#e2f5ec;--warn:#96610a;--warnbg:#fdf1da;--bad:#b3261e;--badbg:#fdeae8}
@media(prefers-color-scheme:dark){:root{
--page:#0d1117;--card:#151b23;--ink:#e8edf3;--soft:#98a5b4;--line:#28313c;--grid:#202833;
--accent:#5aa2ff;--accent2:#3fcfa8;--keys:#f0ae4e;--phase:#7f9dc8;
--work:#2fb592;--source:#5f9bf0;--buffer:#ab8ce6;--target:#f0a04e;--idle:#35404d;
--inside:#0d1117;--good:#5fdca5;--goodbg:#12301f;--warn:#f3c26b;--warnbg:#362a10;--bad:#ff8f86;--badbg:#3a1816}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,
"Segoe UI",Roboto,"Helvetica Neue","Noto Sans","Liberation Sans",Arial,sans-serif;
font-variant-numeric:tabular-nums;-webkit-text-size-adjust:100%}
main{max-width:1064px;margin:0 auto;padding:28px 20px 56px}
header{display:grid;grid-template-columns:1fr auto;gap:10px 16px;align-items:center;margin-bottom:22px}
.brand{display:flex;align-items:center;gap:10px;font-weight:650;letter-spacing:.01em;color:var(--soft)}
.mark{width:28px;height:28px;color:var(--ink)}.mark .water{stroke:var(--accent)}
h1{grid-column:1/-1;margin:6px 0 0;font-size:22px;line-height:1.3;font-weight:650;
overflow-wrap:anywhere}
h1 .end{display:inline-block;max-width:100%}
h1 .to{color:var(--accent);padding:0 .45em}
.sub{grid-column:1/-1;margin:0;color:var(--soft)}
.badge{justify-self:end;padding:4px 12px;border-radius:99px;font-weight:600;font-size:14px}
.badge.good{color:var(--good);background:var(--goodbg)}
.badge.warn{color:var(--warn);background:var(--warnbg)}
.badge.bad{color:var(--bad);background:var(--badbg)}
section,.tiles{margin:0 0 18px}
section{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:18px 20px}
h2{margin:0 0 2px;font-size:17px;font-weight:650}
h3{margin:14px 0 4px;font-size:13.5px;font-weight:600}h3 small{font-size:13px;font-weight:400;color:var(--soft);padding-left:8px}
.caption{margin:0 0 8px;color:var(--soft)}
.failure.bad{border-color:var(--bad);background:var(--badbg)}
.failure.warn{border-color:var(--warn);background:var(--warnbg)}
.failure p{margin:0 0 6px}.failure .error{font-weight:600;overflow-wrap:anywhere}
.names{margin:0 0 6px;padding-left:20px;columns:2 280px;overflow-wrap:anywhere}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(46%,214px),1fr));gap:12px}
.tile{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:14px 16px}
.figure{font-size:26px;line-height:1.2;font-weight:650;letter-spacing:-.01em;white-space:nowrap}
.figure small{font-size:.62em;font-weight:600;color:var(--soft)}
.what{color:var(--ink);margin-top:2px}.detail{color:var(--soft);font-size:13px}
@media(max-width:560px){.figure{font-size:21px}}
.picture{overflow-x:auto}
.picture svg{display:block;width:100%;min-width:640px;height:auto}
svg text{font-family:inherit;fill:var(--ink)}
svg .label{font-size:12.5px;fill:var(--soft)}svg .label.strong{font-size:13.5px;font-weight:600;fill:var(--ink)}
.value{font-size:12.5px;white-space:pre}
svg .inside{font-size:12.5px;font-weight:600;fill:var(--inside)}svg .inside.i-idle{fill:var(--ink)}
.end{text-anchor:end}.mid{text-anchor:middle}
.grid{stroke:var(--grid);stroke-width:1}.axis{stroke:var(--line);stroke-width:1.2}
.mean{stroke:var(--soft);stroke-width:1;stroke-dasharray:4 4}
.curve{fill:none;stroke-width:2;stroke-linejoin:round}.area{stroke:none;opacity:.13}
.c-rows{stroke:var(--accent)}.a-rows{fill:var(--accent)}
.c-bytes{stroke:var(--accent2)}.a-bytes{fill:var(--accent2)}
.s-rows,.k-rows{fill:var(--accent);background:var(--accent)}
.s-keys,.k-keys{fill:var(--keys);background:var(--keys)}
.s-phase{fill:var(--phase)}
.s-work,.k-work{fill:var(--work);background:var(--work)}
.s-source,.k-source{fill:var(--source);background:var(--source)}
.s-buffer,.k-buffer{fill:var(--buffer);background:var(--buffer)}
.s-target,.k-target{fill:var(--target);background:var(--target)}
.s-idle,.k-idle{fill:var(--idle);background:var(--idle)}
.legend{display:flex;flex-wrap:wrap;gap:4px 18px;margin:6px 0 10px;color:var(--soft);font-size:13.5px}
.legend i{display:inline-block;width:11px;height:11px;border-radius:3px;margin-right:7px}
.scroll{overflow-x:auto;margin-top:6px}
table{border-collapse:collapse;width:100%;font-size:14px}
th,td{padding:5px 10px;text-align:right;white-space:nowrap;border-bottom:1px solid var(--line)}
th{font-weight:600;color:var(--soft);font-size:12.5px}
th:first-child,td:first-child{text-align:left;padding-left:0;white-space:normal;overflow-wrap:anywhere}
th:last-child,td:last-child{padding-right:0}
td.long{text-align:left;white-space:normal;overflow-wrap:anywhere;min-width:16em;width:60%}
td:first-child{min-width:11em}
tbody tr:last-child td{border-bottom:0}
td small{color:var(--soft)}
details{border-top:1px solid var(--line);padding:8px 0}
details:first-of-type{border-top:0}
summary{cursor:pointer;font-weight:600;overflow-wrap:anywhere}summary small{color:var(--soft);font-weight:400}
.notes{margin:6px 0 2px;padding-left:20px;overflow-wrap:anywhere}.notes li{margin:2px 0}
dl{display:grid;grid-template-columns:max-content 1fr;gap:5px 22px;margin:8px 0 0}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
code{font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,"DejaVu Sans Mono",monospace}
@media(max-width:560px){dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:8px}h1{font-size:18px}}
@media print{body{background:#fff}section,.tile{break-inside:avoid}}
)css";

}  // namespace millrace
