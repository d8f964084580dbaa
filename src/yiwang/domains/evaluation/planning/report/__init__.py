"""The evaluation report in Word and in plain text (评估报告). Pure: values in, bytes out.

``context.ReportContext`` is what it is written from; ``writer.write`` and ``plain_text.as_text`` write it;
``check_template.check_template`` examines a template an official edited; ``placeholders.placeholders`` lists what a
template may name.
"""
