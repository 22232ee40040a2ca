/* Charts of the overview, drawn with ECharts from the JSON beside them. Without this script the tables tell the same:
   the picture's place stays hidden until it is drawn. */
(function () {
  "use strict";

  const COLOURS = ["#2a559c", "#b9791a", "#1c6a3c", "#5a3a9c"];
  const SIGNS = ["circle", "rect", "triangle", "diamond"];

  function words(value, unit) {
    return value === null || value === undefined || Number.isNaN(value) ? "—" : `${value}${unit}`;
  }

  function base(text) {
    return {
      animation: false,
      color: COLOURS,
      textStyle: text,
      tooltip: { renderMode: "richText", confine: true },
    };
  }

  function lines(data, text) {
    return {
      ...base(text),
      tooltip: { ...base(text).tooltip, trigger: "axis", valueFormatter: (value) => words(value, data.unit) },
      legend: { top: 0, left: 0, textStyle: text },
      grid: { top: 40, left: 8, right: 16, bottom: 8, containLabel: true },
      xAxis: { type: "category", data: data.categories, axisLabel: text },
      yAxis: { type: "value", minInterval: data.unit === "%" ? undefined : 1, max: data.unit === "%" ? 100 : undefined, axisLabel: { ...text, formatter: `{value}${data.unit === "%" ? "%" : ""}` } },
      series: data.series.map((line, at) => ({ name: line.name, type: line.type, data: line.values, symbol: SIGNS[at], symbolSize: 6, connectNulls: false, barMaxWidth: 14 })),
    };
  }

  function funnel(data, text) {
    const values = data.series[0].values;
    return {
      ...base(text),
      series: [{
        type: "funnel", sort: "none", top: 8, bottom: 8, left: "4%", width: "62%", gap: 2, minSize: "8%",
        labelLine: { show: true, length: 12 },
        label: { ...text, position: "right", formatter: (item) => `${item.name} ${item.value}${data.unit}` },
        data: data.categories.map((name, at) => ({ name, value: values[at], itemStyle: { color: ["#1d3a6e", "#2a559c", "#1c6a3c"][at] } })),
      }],
    };
  }

  function draw(figure) {
    const data = JSON.parse(document.getElementById(figure.dataset.overview).textContent);
    if (!data.series.some((line) => line.values.some((value) => value !== null && value !== 0))) return;
    const style = getComputedStyle(document.body);
    const text = { color: style.getPropertyValue("--d-ink-2").trim() || "#4a5668", fontFamily: style.fontFamily };
    const body = figure.querySelector(".chart-body");
    body.hidden = false;
    const chart = window.echarts.init(body);
    chart.setOption(data.kind === "funnel" ? funnel(data, text) : lines(data, text));
    new ResizeObserver(() => { if (!window.matchMedia("print").matches) chart.resize(); }).observe(body);
    const button = figure.querySelector("[data-png]");
    button.hidden = false;
    button.addEventListener("click", () => {
      const link = document.createElement("a");
      link.href = chart.getDataURL({ type: "png", pixelRatio: 2, backgroundColor: "#fff" });
      link.download = `${button.dataset.png}.png`;
      link.click();
    });
  }

  document.addEventListener("DOMContentLoaded", () => {
    if (window.echarts) document.querySelectorAll("figure[data-overview]").forEach(draw);
    document.querySelectorAll("[data-print]").forEach((button) => {
      button.hidden = false;
      button.addEventListener("click", () => window.print());
    });
  });
})();
