/* figure[data-chart] holds its figures as JSON and is drawn with ECharts; without this script the table beside it tells
   the same. The picture can be saved as PNG. Tooltips are drawn on the canvas: no markup is made of what people typed. */
(function () {
  "use strict";

  const COLOURS = ["#2a559c", "#b9791a", "#1c6a3c", "#5a3a9c"];

  function option(data) {
    const style = getComputedStyle(document.body);
    const ink = style.getPropertyValue("--d-ink-2").trim() || "#4a5668";
    const text = { color: ink, fontFamily: style.fontFamily };
    const narrow = window.innerWidth < 600;
    const shorten = (name) => (name.length > (narrow ? 8 : 16) ? `${name.slice(0, narrow ? 7 : 15)}…` : name);
    return {
      animation: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
      color: COLOURS,
      textStyle: text,
      tooltip: { trigger: "axis", renderMode: "richText", axisPointer: { type: "shadow" }, confine: true },
      legend: { top: 0, left: 0, textStyle: text },
      grid: { top: 34, left: 8, right: 28, bottom: 8, containLabel: true },
      xAxis: { type: "value", minInterval: 1, axisLabel: text },
      yAxis: { type: "category", inverse: true, data: data.categories, axisLabel: { ...text, formatter: shorten }, axisTick: { show: false } },
      series: data.series.map((line) => ({ name: line.name, type: "bar", stack: "all", barMaxWidth: 22, data: line.values })),
    };
  }

  function draw(figure) {
    const data = JSON.parse(document.getElementById(figure.dataset.chart).textContent);
    if (!data.categories.length) return;
    figure.hidden = false;
    const body = figure.querySelector(".chart-body");
    body.style.height = `${Math.max(220, 60 + data.categories.length * 34)}px`;
    const chart = window.echarts.init(body);
    chart.setOption(option(data));
    new ResizeObserver(() => chart.resize()).observe(body);
    const button = figure.querySelector("[data-chart-png]");
    button.addEventListener("click", () => {
      const link = document.createElement("a");
      link.href = chart.getDataURL({ type: "png", pixelRatio: 2, backgroundColor: "#fff" });
      link.download = `${button.dataset.chartPng}.png`;
      link.click();
    });
  }

  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("figure[data-chart]").forEach(draw));
})();
